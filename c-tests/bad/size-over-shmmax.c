/* Asks for more than the limit, and for a negative number of bytes. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680042 };

int main(void)
{
    int length = -1;
    enter_own_namespace();
    CHECK(shmget(IPC_PRIVATE, length, 0600) == -1 && errno == EINVAL);
    set_limit("/proc/sys/kernel/shmmax", "4096");
    CHECK(shmget(KEY, 5000, IPC_CREAT | 0600) == -1 && errno == EINVAL);
    return 0;
}
