/* Asks for a segment's status with a pointer that leads nowhere, and wants to change it by NULL. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds *status = NULL;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, status) == -1 && errno == EFAULT);
    CHECK(shmctl(shmid, IPC_SET, (struct shmid_ds *)16) == -1 && errno == EFAULT);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
