/* As the creator, removes and changes a segment that was given to another user. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    if (geteuid() == 0)
        status.shm_perm.uid = 65534;
    /* A user namespace may know no other user. */
    CHECK(shmctl(shmid, IPC_SET, &status) == 0 || errno == EINVAL);
    CHECK(shmctl(shmid, IPC_SET, &status) == 0 || errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
