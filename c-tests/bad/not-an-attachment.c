/* Takes memory of malloc for a segment. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    char *memory = malloc(8192);
    CHECK(memory != NULL);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    free(memory);
    return 0;
}
