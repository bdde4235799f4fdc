/* Gives the mode to shmat, and then what creates a segment. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0666);
    CHECK(memory != (void *)-1 && shmdt(memory) == 0);
    memory = shmat(shmid, NULL, IPC_CREAT | IPC_EXCL | SHM_RDONLY);
    CHECK(memory != (void *)-1 && shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
