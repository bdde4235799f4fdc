/* Writes a line that is longer than the segment and shorter than its page. */
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 1024, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    memset(memory, 'x', 1500);
    CHECK(shmdt(memory) == 0);
    return 0;
}
