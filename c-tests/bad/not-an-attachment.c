/* Takes for a segment what comes from malloc, mmap and shm_open, what is on the stack, and what is no memory at all. */
#include "../support/check.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

static void *page_of(void *address)
{
    return (char *)address - (uintptr_t)address % 4096;
}

int main(void)
{
    char *memory = malloc(8192);
    CHECK(memory != NULL);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    free(memory);
    CHECK(shmdt(page_of(&memory)) == -1 && errno == EINVAL);
    char *mapped = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mapped != MAP_FAILED);
    CHECK(shmdt(mapped) == -1 && errno == EINVAL);
    CHECK(munmap(mapped, 8192) == 0);
    CHECK(shmdt(mapped) == -1 && errno == EINVAL);
    int posix = shm_open("/shmsan-not-an-attachment", O_RDWR | O_CREAT, 0600);
    CHECK(posix >= 0 && shm_unlink("/shmsan-not-an-attachment") == 0 && ftruncate(posix, 8192) == 0);
    mapped = mmap(NULL, 8192, PROT_READ, MAP_SHARED, posix, 0);
    CHECK(mapped != MAP_FAILED && close(posix) == 0);
    CHECK(shmdt(mapped) == -1 && errno == EINVAL);
    return 0;
}
