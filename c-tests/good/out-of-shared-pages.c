/* Has as many pages as all segments may have; and fails with ENOSPC for another reason. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    size_t page = sysconf(_SC_PAGESIZE);
    enter_own_namespace();
    set_limit("/proc/sys/kernel/shmall", "4");
    set_limit("/proc/sys/kernel/shmmni", "2");
    int first = shmget(IPC_PRIVATE, 2 * page, 0600), second = shmget(IPC_PRIVATE, page, 0600);
    CHECK(first >= 0 && second >= 0);
    CHECK(shmget(IPC_PRIVATE, page, 0600) == -1 && errno == ENOSPC);
    CHECK(shmctl(first, IPC_RMID, NULL) == 0 && shmctl(second, IPC_RMID, NULL) == 0);
    return 0;
}
