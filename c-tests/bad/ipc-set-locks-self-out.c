/* Sets a mode without its leading zero: 600 is 01130, in which the owner may only execute. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    /* Root may do all, whatever the mode; and the report names the user. */
    if (geteuid() != 0 || setresuid(65534, 65534, 65534) != 0) {
        puts("needs root, and another user");
        return 77;
    }
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    status.shm_perm.mode = 600;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == -1 && errno == EACCES);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
