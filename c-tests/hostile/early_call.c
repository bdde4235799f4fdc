/* Makes its first call in a constructor that runs as early as a program's own code can, and leaves the segment behind;
   the last calls are made in a destructor that runs as late as one can. */
#include "../support/work.h"

static int early = -1;

__attribute__((constructor(101))) static void begin(void)
{
    early = leave_behind();
    work();
}

__attribute__((destructor(101))) static void end(void)
{
    work();
    CHECK(shmctl(early, IPC_STAT, &(struct shmid_ds){0}) == 0);
    puts("worked to the last");
    fflush(stdout);
}

int main(void)
{
    work();
    return 3;
}
