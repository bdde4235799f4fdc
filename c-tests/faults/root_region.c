/* Keeps the only pointer to a piece of memory in a segment that is attached to the end. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    void **known = shmat(shmid, NULL, 0);
    CHECK(known != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    known[3] = malloc(1234);
    CHECK(known[3] != NULL);
    for (int i = 0; i < 3; i++) {
        int other = shmget(IPC_PRIVATE, 5000, 0600);
        void *memory = shmat(other, NULL, 0);
        CHECK(memory != (void *) -1 && shmdt(memory) == 0 && shmctl(other, IPC_RMID, NULL) == 0);
    }
    return 0;
}
