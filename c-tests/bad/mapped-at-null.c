/* Lets the address be rounded down to NULL, with the rights of root. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, (void *)1, SHM_RND);
    if (memory == (void *)-1) {
        CHECK(errno == EPERM && shmctl(shmid, IPC_RMID, NULL) == 0);
        puts("only the privileged map something at NULL");
        return 77;
    }
    CHECK(memory == NULL);
    CHECK(shmdt(memory) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
