/* Asks for as many bytes as there are, for fewer, and for none; and fails with EINVAL for another reason. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680010 };

int main(void)
{
    int shmid = shmget(KEY, 100, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0);
    CHECK(shmget(KEY, 100, 0600) == shmid && shmget(KEY, 99, 0600) == shmid && shmget(KEY, 0, 0) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmget(KEY, 0, IPC_CREAT | 0600) == -1 && errno == EINVAL);
    return 0;
}
