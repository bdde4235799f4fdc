/* A removed segment lives, and can be attached by its id, until its last detach. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *first = shmat(shmid, NULL, 0);
    CHECK(first != (void *) -1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    char *second = shmat(shmid, NULL, 0);
    CHECK(second != (void *) -1);
    CHECK(shmdt(first) == 0 && shmdt(second) == 0);
    return 0;
}
