/* Gives shmctl a command of semctl, and its arguments in the wrong order. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { SETVAL = 16, SEM_STAT_ANY = 20 };

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    int another = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && another >= 0);
    CHECK(shmctl(shmid, SETVAL, NULL) == -1 && errno == EINVAL);
    /* A fresh namespace begins with ids that are commands too. */
    while (another <= SEM_STAT_ANY) {
        CHECK(shmctl(another, IPC_RMID, NULL) == 0);
        CHECK((another = shmget(IPC_PRIVATE, 4096, 0600)) >= 0);
    }
    CHECK(shmctl(IPC_RMID, another, NULL) == -1 && errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(another, IPC_RMID, NULL) == 0);
    return 0;
}
