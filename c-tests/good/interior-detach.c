/* Moves a copy, and detaches at the beginning. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    char *cursor = memory;
    while (cursor < memory + 8192)
        *cursor++ = 'x';
    CHECK(shmdt(memory) == 0);
    return 0;
}
