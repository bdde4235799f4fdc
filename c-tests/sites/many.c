/* Two places, called many times. After the first call of the first one the file named on the command line goes away. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
    for (int time = 0; time < 1000; time++) {
        CHECK(shmdt((void *)4096) == -1);
        if (time == 0)
            CHECK(argc > 1 && unlink(argv[1]) == 0);
        CHECK(shmdt((void *)8192) == -1);
    }
    puts("done");
    return 0;
}
