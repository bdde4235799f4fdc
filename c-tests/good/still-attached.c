/* Detaches what it attached: by shmdt, and by munmap. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/mman.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    void *first = shmat(shmid, NULL, 0), *second = shmat(shmid, NULL, 0);
    CHECK(first != (void *)-1 && second != (void *)-1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmdt(first) == 0);
    CHECK(munmap(second, 4096) == 0);
    return 0;
}
