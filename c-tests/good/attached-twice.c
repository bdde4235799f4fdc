/* Two segments; one of them again after its detach, and again after it was unmapped by other means. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600), other = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && other >= 0);
    char *memory = shmat(shmid, NULL, 0), *beside = shmat(other, NULL, 0);
    CHECK(memory != (void *)-1 && beside != (void *)-1);
    CHECK(shmdt(memory) == 0);
    memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1 && munmap(memory, 4096) == 0);
    memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1 && shmdt(memory) == 0 && shmdt(beside) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && shmctl(other, IPC_RMID, NULL) == 0);
    return 0;
}
