/* Has no more segments at once than there may be; and fails with ENOSPC for another reason. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    enter_own_namespace();
    set_limit("/proc/sys/kernel/shmmni", "4");
    set_limit("/proc/sys/kernel/shmall", "1");
    for (int each = 0; each < 20; each++) {
        int shmid = shmget(IPC_PRIVATE, 1, 0600);
        CHECK(shmid >= 0);
        CHECK(shmget(IPC_PRIVATE, 1, 0600) == -1 && errno == ENOSPC);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    }
    return 0;
}
