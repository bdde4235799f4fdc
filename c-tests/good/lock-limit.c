/* Locks what may be locked, and unlocks where the limit is passed. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/resource.h>

enum { NOBODY = 65534, SIZE = 1 << 20 };

int main(void)
{
    struct rlimit limit = {4096, 4096};
    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0) {
        puts("there is no other user here");
        return 77;
    }
    int small = shmget(IPC_PRIVATE, 100, 0600), large = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(small >= 0 && large >= 0);
    CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    /* What the user has locked elsewhere counts too. */
    if (shmctl(small, SHM_LOCK, NULL) != 0) {
        CHECK(errno == ENOMEM);
        CHECK(shmctl(small, IPC_RMID, NULL) == 0 && shmctl(large, IPC_RMID, NULL) == 0);
        puts("this user has locked memory elsewhere");
        return 77;
    }
    CHECK(shmctl(small, SHM_UNLOCK, NULL) == 0 && shmctl(large, SHM_UNLOCK, NULL) == 0);
    CHECK(shmctl(small, IPC_RMID, NULL) == 0 && shmctl(large, IPC_RMID, NULL) == 0);
    return 0;
}
