/* Removes a segment as soon as it has attached it: it goes with this process, whatever happens. And one that nobody has
   attached. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600), unused = shmget(IPC_PRIVATE, 4096, 0600);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    memory[0] = 1;
    CHECK(shmctl(unused, IPC_RMID, NULL) == 0);
    return 0;
}
