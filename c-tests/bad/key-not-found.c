/* Looks for a key that nobody has, and for one whose segment it has removed. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x7368004b };

int main(void)
{
    CHECK(shmget(KEY, 4096, 0600) == -1 && errno == ENOENT);
    int shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmget(KEY, 4096, 0600) == -1 && errno == ENOENT);
    return 0;
}
