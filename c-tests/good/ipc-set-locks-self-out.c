/* Leaves itself the right to read. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) {
        puts("there is no other user here");
        return 77;
    }
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    status.shm_perm.mode = 0400;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
