/* Asks for more bytes than the machine has, counted whole. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, (size_t)1 << 46, 0600);
    if (shmid >= 0) {
        shmctl(shmid, IPC_RMID, NULL);
        cannot("this machine promises 64 TiB");
    }
    CHECK(errno == ENOMEM);
    return 0;
}
