/* Passes SHM_RDONLY to shmat, and SHM_NORESERVE where it saves something. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 1 << 24, SHM_NORESERVE | 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
