/* Passes flags that shmget knows; a segment that is there has no huge pages for being looked up so. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680047 };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | SHM_NORESERVE | 0777);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 4096, SHM_HUGETLB | (21 << 26) | 0600) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
