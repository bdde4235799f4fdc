/* Asks for one page more than all segments may have. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    size_t page = sysconf(_SC_PAGESIZE);
    enter_own_namespace();
    set_limit("/proc/sys/kernel/shmall", "4");
    int shmid = shmget(IPC_PRIVATE, 3 * page, 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(IPC_PRIVATE, page + 1, 0600) == -1 && errno == ENOSPC);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
