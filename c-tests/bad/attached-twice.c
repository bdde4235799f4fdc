/* Attaches a segment for reading that it has attached for writing. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    char *again = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(again != (void *)-1);
    CHECK(shmdt(memory) == 0 && shmdt(again) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
