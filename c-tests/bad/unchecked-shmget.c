/* Goes on with the -1 of a shmget that failed. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget((key_t) 0x73680012, 4096, 0600);
    CHECK(shmat(shmid, NULL, 0) == (void *) -1 && errno == EINVAL);
    return 0;
}
