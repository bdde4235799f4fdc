/* Gives its segment to a library that it needs (keeper.c), which removes it in a destructor of its own. With "forget" as
   argument it gives the library nothing. */
#include "../support/work.h"

void keeper_keep(int shmid);

int main(int argc, char **argv)
{
    int shmid = leave_behind();
    (void)argv;
    if (argc == 1)
        keeper_keep(shmid);
    return 3;
}
