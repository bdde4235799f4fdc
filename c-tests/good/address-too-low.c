/* Leaves the address to the kernel. */
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
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    CHECK(shmdt(memory) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
