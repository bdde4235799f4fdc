/* With SHM_RND the address may lie in the middle of a page, and at a page's beginning it needs no flag. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *wanted = (char *) 0x600000000000;
    CHECK(shmat(shmid, wanted + 0x123, SHM_RND) == wanted);
    CHECK(shmdt(wanted) == 0);
    CHECK(shmat(shmid, wanted, 0) == wanted);
    CHECK(shmdt(wanted) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
