/* Attaches a segment once more that it has removed. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    char *again = shmat(shmid, NULL, 0);
    CHECK(again != (void *)-1);
    CHECK(shmdt(memory) == 0 && shmdt(again) == 0);
    return 0;
}
