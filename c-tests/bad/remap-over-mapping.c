/* Replaces a page of the heap, and another segment. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600), other = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && other >= 0);
    char *buffer = malloc(100000);
    CHECK(buffer != NULL);
    char *memory = shmat(shmid, buffer + 50000, SHM_REMAP | SHM_RND);
    CHECK(memory != (void *)-1);
    char *second = shmat(other, memory, SHM_REMAP);
    CHECK(second == memory);
    CHECK(shmdt(second) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && shmctl(other, IPC_RMID, NULL) == 0);
    return 0;
}
