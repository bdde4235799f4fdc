/* Passes bits that shmget does not know: a flag of shmat, and the size of a huge page without SHM_HUGETLB. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680047 };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | SHM_RND | 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 4096, (21 << 26) | 0600) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
