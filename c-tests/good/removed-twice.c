/* Removes each segment once, and asks about one that is gone. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    for (int round = 0; round < 3; round++) {
        int shmid = shmget(IPC_PRIVATE, 4096, 0600);
        CHECK(shmid >= 0);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        CHECK(shmctl(shmid, IPC_STAT, &status) == -1 && errno == EINVAL);
    }
    return 0;
}
