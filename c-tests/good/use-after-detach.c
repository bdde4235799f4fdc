/* Attaches again at the same address, and uses it. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    memory[8191] = 0;
    CHECK(shmdt((void *) memory) == 0);
    CHECK(shmat(shmid, (void *) memory, 0) == memory);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return memory[8191];
}
