/* Runs behind a seccomp filter that keeps System V shared memory away. */
#include "../support/filter.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    refuse_shared_memory(ENOSYS);
    CHECK(shmget(IPC_PRIVATE, 4096, 0600) == -1 && errno == ENOSYS);
    CHECK(shmat(shmid, NULL, 0) == (void *) -1 && errno == ENOSYS);
    CHECK(shmdt(&status) == -1 && errno == ENOSYS);
    CHECK(shmctl(shmid, IPC_STAT, &status) == -1 && errno == ENOSYS);
    return 0;
}
