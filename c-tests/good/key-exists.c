/* Takes the one that is there, and makes one where none is. */
#include "../support/earlier_run.h"

enum { KEY = 0x7368004a };

int main(void)
{
    earlier_run(KEY, MAKES_IT);
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
