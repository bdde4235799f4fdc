/* Writes the mode as a decimal number, where a segment is made and where none can be. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680044 };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | 666);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 600) == -1 && errno == EEXIST);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
