/* Gives a buffer where one is wanted, and NULL where none is. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    CHECK(shmctl(shmid, SHM_UNLOCK, NULL) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(shmid, IPC_STAT, NULL) == -1 && errno == EINVAL);
    return 0;
}
