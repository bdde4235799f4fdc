/* Looks for a key that nobody has, and for one that is the id of a segment that is gone. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int other = shmget(IPC_PRIVATE, 4096, 0600), shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(other >= 0 && shmid > 0);
    CHECK(shmget(0x73680043, 4096, 0600) == -1 && errno == ENOENT);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmget(shmid, 4096, 0600) == -1 && errno == ENOENT);
    CHECK(shmctl(other, IPC_RMID, NULL) == 0);
    return 0;
}
