/* Uses a number that is no id. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    CHECK(shmat(32767, NULL, 0) == (void *) -1 && errno == EINVAL);
    return 0;
}
