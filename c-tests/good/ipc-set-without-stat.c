/* Fills the structure by IPC_STAT, or sets all three of uid, gid and mode. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds change;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &change) == 0);
    change.shm_perm.mode = 0640;
    CHECK(shmctl(shmid, IPC_SET, &change) == 0);
    memset(&change, 0, sizeof change);
    change.shm_perm.uid = geteuid();
    change.shm_perm.gid = getegid();
    change.shm_perm.mode = 0660;
    CHECK(shmctl(shmid, IPC_SET, &change) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
