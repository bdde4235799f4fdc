/* Removes its segment in a destructor, which runs after every atexit handler. With "forget" as argument it does not. */
#include "../support/work.h"

static int shmid = -1;
static int forget;

__attribute__((destructor)) static void remove_segment(void)
{
    if (!forget)
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    puts(forget ? "forgotten" : "removed by the destructor");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    (void)argv;
    forget = argc > 1;
    shmid = leave_behind();
    return 3;
}
