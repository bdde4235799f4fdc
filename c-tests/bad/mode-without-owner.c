/* Makes segments that their owner may not use. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680045 };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    shmid = shmget(IPC_PRIVATE, 4096, 0444);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
