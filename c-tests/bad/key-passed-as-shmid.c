/* Attaches by the key. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    key_t key = 0x73680014;
    int shmid = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0);
    CHECK(shmat(key, NULL, 0) == (void *) -1 && errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
