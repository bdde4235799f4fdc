/* Registers a handler that cleans up, and forks a child that ends by exit: the child runs it too. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static int shmid;

static void clean_up(void)
{
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
}

int main(void)
{
    shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmat(shmid, NULL, 0) != (void *)-1);
    CHECK(atexit(clean_up) == 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0)
        exit(0);
    CHECK(waitpid(child, NULL, 0) == child);
    return 0;
}
