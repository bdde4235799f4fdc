/* Looks at what shmat returned, and does not go on. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    char *memory = shmat(32767, NULL, 0);
    CHECK(memory == (void *) -1);
    return 0;
}
