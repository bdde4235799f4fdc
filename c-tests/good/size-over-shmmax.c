/* Asks for as much as the limit allows; and for more than a segment has that is there. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680042 };

int main(void)
{
    enter_own_namespace();
    set_limit("/proc/sys/kernel/shmmax", "4096");
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 5000, IPC_CREAT | 0600) == -1 && errno == EINVAL);
    CHECK(shmget(KEY + 1, 5000, 0600) == -1 && errno == ENOENT);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
