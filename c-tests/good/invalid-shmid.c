/* Asks for commands that take an index, or nothing. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    struct shminfo *limits = (struct shminfo *) &status;
    CHECK(shmctl(32767, IPC_INFO, (struct shmid_ds *) limits) >= 0);
    CHECK(shmctl(32767, SHM_STAT, &status) == -1 && errno == EINVAL);
    return 0;
}
