/* Made the first segment of one IPC namespace, and then makes the first of another: it has the same id, and is left
   behind. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sched.h>
#include <sys/shm.h>

int main(void)
{
    int before = shmget(IPC_PRIVATE, 100, 0600);
    CHECK(before >= 0);
    if (unshare(CLONE_NEWIPC) != 0) {
        puts("may not make a namespace");
        return 77;
    }
    CHECK(shmget(IPC_PRIVATE, 5000, 0600) == before);
    puts("left behind in the new namespace");
    return 3;
}
