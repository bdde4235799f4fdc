/* A child of fork detaches what is its own; the parent detaches before a vfork and after it. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void await(pid_t child)
{
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0), *other = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1 && other != (void *)-1);
    pid_t child = fork();
    if (child == 0)
        _exit(shmdt(memory));
    await(child);
    CHECK(shmdt(memory) == 0);
    child = vfork();
    if (child == 0)
        _exit(0);
    await(child);
    CHECK(shmdt(other) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
