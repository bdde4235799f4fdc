/* Fills segments of several sizes to their last byte, and overwrites with zeros what nobody could tell from what was there. */
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static void fill(size_t size)
{
    int shmid = shmget(IPC_PRIVATE, size, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    memset(memory, 'x', size);
    CHECK(shmdt(memory) == 0);
}

int main(void)
{
    size_t sizes[] = { 1, 1024, 4095, 4096, 4097, 5000, 8192, 100000 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        fill(sizes[i]);
    return 0;
}
