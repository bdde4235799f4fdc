/* Detaches two attachments of one segment, and the same address again after another attach. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    CHECK(shmdt(memory) == 0);
    CHECK(shmat(shmid, memory, 0) == memory);
    char *second = shmat(shmid, NULL, 0);
    CHECK(second != (void *) -1);
    CHECK(shmdt(memory) == 0 && shmdt(second) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
