/* Removes a segment where the normal way out and a handler of atexit both do; and another one that is still attached. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static int shmid, attached;

static void clean_up(void)
{
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1 && errno == EINVAL);
    CHECK(shmctl(attached, IPC_RMID, NULL) == 0);
}

int main(void)
{
    shmid = shmget(IPC_PRIVATE, 4096, 0600);
    attached = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && attached >= 0);
    CHECK(shmat(attached, NULL, 0) != (void *)-1);
    CHECK(atexit(clean_up) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(attached, IPC_RMID, NULL) == 0);
    return 0;
}
