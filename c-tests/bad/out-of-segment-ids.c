/* Makes segments until there is no id left. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid[4];
    enter_own_namespace();
    set_limit("/proc/sys/kernel/shmmni", "4");
    for (int each = 0; each < 4; each++)
        CHECK((shmid[each] = shmget(IPC_PRIVATE, 4096, 0600)) >= 0);
    CHECK(shmget(IPC_PRIVATE, 4096, 0600) == -1 && errno == ENOSPC);
    for (int each = 0; each < 4; each++)
        CHECK(shmctl(shmid[each], IPC_RMID, NULL) == 0);
    return 0;
}
