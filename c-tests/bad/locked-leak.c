/* Leaves a segment behind that is locked in memory. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    if (shmctl(shmid, SHM_LOCK, NULL) != 0) {
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        puts("nothing may be locked here");
        return 77;
    }
    return 0;
}
