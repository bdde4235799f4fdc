/* Goes through the table by its indices, and asks by an id with IPC_STAT. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    struct shm_info usage;
    int found = 0, shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&usage);
    for (int index = 0; index <= last; index++)
        found += shmctl(index, SHM_STAT, &status) == shmid;
    CHECK(found == 1);
    /* As long as the segment lives, its id is as good as its index. */
    CHECK(shmctl(shmid, SHM_STAT, &status) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
