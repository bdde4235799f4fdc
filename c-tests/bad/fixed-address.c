/* Attaches at an address that was free once. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, (void *)0x600000000000, 0);
    CHECK(memory == (void *)0x600000000000);
    CHECK(shmdt(memory) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
