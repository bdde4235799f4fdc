/* Writes through an address that is for reading alone. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    memory[100] = 'x';
    return 0;
}
