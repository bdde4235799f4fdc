/* Looks at what shmget returned, and does not go on; id 0 is a good one. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget((key_t) 0x73680012, 4096, 0600);
    CHECK(shmid == -1);
    shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
