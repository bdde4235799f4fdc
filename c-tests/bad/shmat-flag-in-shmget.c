/* Passes SHM_RDONLY to shmget, where the number means another thing. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680046 };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | SHM_RDONLY | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
