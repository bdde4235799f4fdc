/* Knows of its leak and says so itself. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

const char *shmsan_default_suppressions(void);

const char *shmsan_default_suppressions(void)
{
    return "# known\nleaked-segment:main\nleaked-segment:own_suppressions\n";
}

int main(void)
{
    CHECK(shmget(IPC_PRIVATE, 100, 0600) >= 0);
    return 0;
}
