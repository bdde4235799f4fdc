/* Keeps the id of a segment whose place in the table another one has by now. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    /* As an id from an earlier run: the same place, another count. */
    int stale = shmid + (1 << 15);
    CHECK(shmat(stale, NULL, 0) == (void *) -1 && errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
