/* Asks for more bytes than the segment has that the key names. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680010 };

int main(void)
{
    int shmid = shmget(KEY, 100, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 200, IPC_CREAT | 0600) == -1 && errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
