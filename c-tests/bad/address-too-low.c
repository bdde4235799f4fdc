/* Asks for the first page without the rights of root. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) {
        puts("root cannot become another user here");
        return 77;
    }
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    void *memory = shmat(shmid, (void *)1, SHM_RND);
    int refused = memory == (void *)-1 && errno == EPERM;
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    if (!refused) {
        puts("vm.mmap_min_addr lets everybody map the first page here");
        return 77;
    }
    return 0;
}
