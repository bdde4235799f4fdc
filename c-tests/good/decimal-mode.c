/* Writes the same modes as octal numbers, and one that looks like a decimal one without IPC_CREAT. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680044 };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0666);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 4096, IPC_CREAT | 0666) == shmid && shmget(KEY, 4096, IPC_CREAT | 0600) == shmid);
    CHECK(shmget(KEY, 4096, 0224) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
