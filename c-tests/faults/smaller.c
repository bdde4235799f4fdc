/* A small segment overflows where a larger one was attached before. */
#include "../support/check.h"
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

enum { RESTING = 64, LARGE = 32768, SMALL = 4096 };

int main(void)
{
    int large = shmget(IPC_PRIVATE, LARGE, 0600), small = shmget(IPC_PRIVATE, SMALL, 0600);
    CHECK(large >= 0 && small >= 0);
    for (int i = 0; i < RESTING; i++) {
        CHECK(shmdt(shmat(large, NULL, 0)) == 0);
    }
    volatile char *memory = shmat(small, NULL, 0);
    CHECK(memory != (void *) -1);
    CHECK(shmctl(large, IPC_RMID, NULL) == 0 && shmctl(small, IPC_RMID, NULL) == 0);
    memory[SMALL] = 1;
    return 0;
}
