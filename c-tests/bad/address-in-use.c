/* Asks for an address in the heap. */
#include "../support/check.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *buffer = malloc(100000);
    CHECK(buffer != NULL);
    char *page = buffer + (4096 - (uintptr_t)buffer % 4096);
    CHECK(shmat(shmid, page, 0) == (void *)-1 && errno == EINVAL);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    CHECK(shmat(shmid, memory, SHM_RDONLY) == (void *)-1 && errno == EINVAL);
    CHECK(shmdt(memory) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    free(buffer);
    return 0;
}
