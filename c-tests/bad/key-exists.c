/* Makes a segment where another process has made one. */
#include "../support/earlier_run.h"

enum { KEY = 0x7368004a };

int main(void)
{
    earlier_run(KEY, MAKES_IT);
    CHECK(shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0600) == -1 && errno == EEXIST);
    CHECK(shmctl(shmget(KEY, 0, 0), IPC_RMID, NULL) == 0);
    return 0;
}
