/* Detaches nothing. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    CHECK(shmdt(NULL) == -1 && errno == EINVAL);
    return 0;
}
