/* Attaches a segment after its removal. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmat(shmid, NULL, 0) == (void *) -1 && errno == EINVAL);
    return 0;
}
