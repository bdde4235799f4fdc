/* Wants to change the mode alone, and gives the segment away with it: uid and gid are 0 in the structure. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { NOBODY = 65534 };

int main(void)
{
    struct shmid_ds change;
    memset(&change, 0, sizeof change);
    change.shm_perm.mode = 0640;
    /* Of root's segments nothing changes by that, and an ordinary user's namespace may know no root. */
    if (geteuid() != 0 || setresgid(NOBODY, NOBODY, 0) != 0 || setresuid(NOBODY, NOBODY, 0) != 0) {
        puts("needs root, and another user");
        return 77;
    }
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_SET, &change) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
