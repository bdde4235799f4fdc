/* Makes a segment by IPC_CREAT, gets it again, and finds another without it. */
#include "../support/earlier_run.h"

enum { KEY = 0x7368004c };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && shmget(KEY, 4096, IPC_CREAT | 0600) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    earlier_run(KEY, MAKES_IT);
    shmid = shmget(KEY, 4096, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
