/* Makes a segment, changes the IPC namespace, and then wants to use the segment. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sched.h>

/* Without privileges a new user namespace gives the right to it. */
static int leave_namespace(void)
{
    return unshare(CLONE_NEWIPC) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWIPC) == 0;
}

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    if (!leave_namespace()) {
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        puts("may not make a namespace");
        return 77;
    }
    CHECK(shmat(shmid, NULL, 0) == (void *)-1 && errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1 && errno == EINVAL);
    return 0;
}
