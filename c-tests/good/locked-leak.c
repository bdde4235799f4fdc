/* Leaves a segment behind that it has unlocked, and removes one that is locked. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int left = shmget(IPC_PRIVATE, 4096, 0600), removed = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(left >= 0 && removed >= 0);
    if (shmctl(left, SHM_LOCK, NULL) != 0) {
        CHECK(shmctl(left, IPC_RMID, NULL) == 0 && shmctl(removed, IPC_RMID, NULL) == 0);
        puts("nothing may be locked here");
        return 77;
    }
    CHECK(shmctl(left, SHM_UNLOCK, NULL) == 0);
    CHECK(shmctl(removed, SHM_UNLOCK, NULL) == 0);
    CHECK(shmat(removed, NULL, 0) != (void *)-1);
    CHECK(shmctl(removed, IPC_RMID, NULL) == 0);
    return 0;
}
