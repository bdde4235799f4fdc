/* Asks for more bytes than the machine has, each page to be counted when it is used. */
#include "../support/limits.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, (size_t)1 << 46, SHM_NORESERVE | 0600);
    if (shmid < 0)
        cannot("this machine has strict accounting");
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
