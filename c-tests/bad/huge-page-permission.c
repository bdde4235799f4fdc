/* Asks, as an ordinary user who may lock no memory, for huge pages. */
#include "../support/nobody.h"
#include <sys/resource.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct rlimit none = { 0, 0 };
    if (access("/proc/sys/vm/hugetlb_shm_group", F_OK) != 0)
        cannot("this kernel has no huge pages");
    CHECK(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
    become_nobody();
    CHECK(shmget(IPC_PRIVATE, 1 << 21, SHM_HUGETLB | 0600) == -1 && errno == EPERM);
    return 0;
}
