/* Writes one page further than the segment goes. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 1024, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    for (int i = 0; i < 5000; i++)
        memory[i] = 'x';
    return 0;
}
