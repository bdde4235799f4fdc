/* Detaches the -1 of a shmat that failed. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    char *memory = shmat(32767, NULL, 0);
    CHECK(memory != NULL);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    return 0;
}
