/* Locks more than the user may lock, and then where nothing may be locked. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/resource.h>

enum { NOBODY = 65534, SIZE = 1 << 20 };

int main(void)
{
    struct rlimit limit = {4096, 4096}, nothing = {0, 0};
    /* Root may lock as much as it likes. */
    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0) {
        puts("there is no other user here");
        return 77;
    }
    int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(shmid >= 0);
    CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    CHECK(shmctl(shmid, SHM_LOCK, NULL) == -1 && errno == ENOMEM);
    CHECK(setrlimit(RLIMIT_MEMLOCK, &nothing) == 0);
    CHECK(shmctl(shmid, SHM_LOCK, NULL) == -1 && errno == EPERM);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
