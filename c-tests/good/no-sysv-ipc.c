/* Its calls fail, but not because there is nothing that could do them. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    struct shmid_ds status;
    CHECK(shmget(IPC_PRIVATE, 0, 0600) == -1 && errno == EINVAL);
    CHECK(shmat(-1, NULL, 0) == (void *) -1 && errno == EINVAL);
    CHECK(shmdt(&status) == -1 && errno == EINVAL);
    CHECK(shmctl(-1, IPC_STAT, &status) == -1 && errno == EINVAL);
    return 0;
}
