/* Attaches the segment before the IPC namespace changes, and makes another one after; that one is removed, and used. */
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
#include <sys/wait.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600), status;
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        if (!leave_namespace())
            _exit(77);
        memory[0] = 1;
        CHECK(shmdt(memory) == 0);
        /* The first call was in the old one. */
        int own = shmget(IPC_PRIVATE, 4096, 0600);
        CHECK(shmat(own, NULL, 0) != (void *)-1);
        CHECK(shmctl(own, IPC_RMID, NULL) == 0);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        puts("may not make a namespace");
    return WEXITSTATUS(status);
}
