/* Finds the key it looks for. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x7368004b };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0 && shmget(KEY, 4096, 0600) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
