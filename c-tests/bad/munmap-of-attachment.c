/* Unmaps the middle of an attachment before it detaches, and the whole of another one in the place of that. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 3 * 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    CHECK(munmap(memory + 4096, 4096) == 0);
    CHECK(shmdt(memory) == 0);
    memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    CHECK(munmap(memory, 3 * 4096) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
