/* Makes a segment as root, gives the rights of root away, and then wants to clean up. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { NOBODY = 65534 };

int main(void)
{
    if (geteuid() != 0) {
        puts("only root can become another user");
        return 77;
    }
    struct shmid_ds status;
    int shmid = shmget(IPC_PRIVATE, 4096, 0666);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    if (setresuid(NOBODY, NOBODY, 0) != 0) {
        puts("there is no other user here");
        return 77;
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1 && errno == EPERM);
    CHECK(shmctl(shmid, IPC_SET, &status) == -1 && errno == EPERM);
    CHECK(shmctl(shmid, SHM_LOCK, NULL) == -1 && errno == EPERM);
    CHECK(setresuid(0, 0, 0) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
