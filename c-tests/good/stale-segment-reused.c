/* Finds segments by IPC_CREAT that are not left over: one that nobody has used yet, one in use, its own one; and one that
   is, without IPC_CREAT. */
#include "../support/earlier_run.h"

enum { KEY = 0x73680048 };

int main(void)
{
    earlier_run(KEY, MAKES_IT);
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);

    earlier_run(KEY, MAKES_AND_USES_IT);
    shmid = shmget(KEY, 4096, 0600);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    CHECK(shmget(KEY, 4096, IPC_CREAT | 0600) == shmid);
    CHECK(shmdt(memory) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);

    shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmdt(memory) == 0);
    CHECK(shmget(KEY, 4096, IPC_CREAT | 0600) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
