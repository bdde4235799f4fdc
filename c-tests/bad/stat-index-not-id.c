/* Asks SHM_STAT by the id of a segment that is gone: the one that has its place by now answers. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { INDEX = 0x7fff, MOST = 200000 };

int main(void)
{
    struct shmid_ds status;
    int first = -1, shmid, made = 0;
    /* Ids of a fresh namespace are their indices; after a round through the table they are not. */
    do {
        CHECK((shmid = shmget(IPC_PRIVATE, 4096, 0600)) >= 0);
        if (first == -1 && shmid > INDEX)
            first = shmid;
        if (first != -1 && shmid != first && (shmid & INDEX) == (first & INDEX))
            break;
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    } while (++made < MOST);
    CHECK(made < MOST);
    CHECK(shmctl(first, SHM_STAT, &status) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
