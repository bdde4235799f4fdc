/* Asks, as an ordinary user, for pages of the usual size; and fails with EPERM in another call. */
#include "../support/nobody.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int foreign = shmget(IPC_PRIVATE, 1 << 21, 0600);
    CHECK(foreign >= 0);
    become_nobody();
    int shmid = shmget(IPC_PRIVATE, 1 << 21, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(foreign, IPC_RMID, NULL) == -1 && errno == EPERM);
    become_root();
    CHECK(shmctl(foreign, IPC_RMID, NULL) == 0);
    return 0;
}
