/* Looks a segment up by the size 0, with IPC_CREAT too; and one that is not there. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680041 };

int main(void)
{
    CHECK(shmget(KEY, 0, 0600) == -1 && errno == ENOENT);
    int shmid = shmget(KEY, 1, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 0, 0) == shmid && shmget(KEY, 0, IPC_CREAT | 0600) == shmid);
    CHECK(shmget(KEY, 2, 0600) == -1 && errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
