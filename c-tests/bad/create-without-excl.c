/* Finds a segment and cannot tell. */
#include "../support/earlier_run.h"

enum { KEY = 0x7368004c };

int main(void)
{
    earlier_run(KEY, MAKES_IT);
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
