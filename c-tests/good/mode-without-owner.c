/* Makes segments that their owner may use, and looks one up without a mode. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680045 };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 4096, IPC_CREAT) == shmid && shmget(KEY, 4096, 0400) == shmid && shmget(KEY, 0, 0) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
