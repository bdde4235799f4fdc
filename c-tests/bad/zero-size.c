/* Makes a segment without saying how large it is to be. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680041 };

int main(void)
{
    CHECK(shmget(IPC_PRIVATE, 0, 0600) == -1 && errno == EINVAL);
    CHECK(shmget(KEY, 0, IPC_CREAT | 0600) == -1 && errno == EINVAL);
    return 0;
}
