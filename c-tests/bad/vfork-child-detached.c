/* A child of vfork cleans up, and its parent has nothing left. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    pid_t child = vfork();
    if (child == 0)
        _exit(shmdt(memory));
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    struct shmid_ds segment;
    CHECK(shmctl(shmid, IPC_STAT, &segment) == 0 && segment.shm_nattch == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
