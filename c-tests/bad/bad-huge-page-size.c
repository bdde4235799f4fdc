/* Asks for huge pages of 4 MiB, which no x86 has in this mode. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    if (access("/sys/kernel/mm/hugepages/hugepages-2048kB", F_OK) != 0 ||
        access("/sys/kernel/mm/hugepages/hugepages-1048576kB", F_OK) != 0)
        cannot("this machine has other huge pages than 2 MiB and 1 GiB");
    CHECK(shmget(IPC_PRIVATE, 1 << 22, SHM_HUGETLB | (22 << 26) | 0600) == -1 && errno == EINVAL);
    return 0;
}
