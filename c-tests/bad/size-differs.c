/* Is ready to make a smaller segment than the one that is there. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680049 };

int main(void)
{
    int shmid = shmget(KEY, 5000, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 100, IPC_CREAT | 0600) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
