/* Asks for huge pages of a size that there is, whether or not it may have them; and for 0 bytes of them. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    if (access("/sys/kernel/mm/hugepages/hugepages-2048kB", F_OK) != 0)
        cannot("this machine has other huge pages than of 2 MiB");
    int shmid = shmget(IPC_PRIVATE, 1 << 21, SHM_HUGETLB | (21 << 26) | 0600);
    CHECK(shmid >= 0 ? shmctl(shmid, IPC_RMID, NULL) == 0 : errno == ENOMEM || errno == EPERM);
    CHECK(shmget(IPC_PRIVATE, 0, SHM_HUGETLB | (21 << 26) | 0600) == -1 && errno == EINVAL);
    return 0;
}
