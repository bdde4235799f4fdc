/* Gives shmctl each command that it knows; some fail, and not for the command. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    union {
        struct shmid_ds status;
        struct shminfo limits;
        struct shm_info usage;
    } buffer;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &buffer.status) == 0);
    CHECK(shmctl(shmid, IPC_SET, &buffer.status) == 0);
    CHECK(shmctl(0, IPC_INFO, &buffer.status) >= 0);
    CHECK(shmctl(0, SHM_INFO, &buffer.status) >= 0);
    CHECK(shmctl(shmid & 0x7fff, SHM_STAT, &buffer.status) == shmid);
    CHECK(shmctl(shmid, SHM_UNLOCK, NULL) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(shmid, IPC_STAT, &buffer.status) == -1 && errno == EINVAL);
    return 0;
}
