/* Ends with a segment attached, at two places. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    for (int round = 0; round < 3; round++)
        CHECK(shmat(shmid, NULL, 0) != (void *)-1);
    CHECK(shmat(shmid, NULL, SHM_RDONLY) != (void *)-1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
