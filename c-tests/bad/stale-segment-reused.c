/* Takes what an earlier run has left for a new segment. */
#include "../support/earlier_run.h"

enum { KEY = 0x73680048 };

int main(void)
{
    earlier_run(KEY, MAKES_AND_USES_IT);
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
