/* Its malloc takes memory from a System V segment, which it makes and attaches when it is first asked: perhaps by the
   loader, before anything is set up, and inside every call that allocates. Whoever asks malloc for memory while it
   handles a call would come back to itself. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum { ARENA = 1 << 20 };

static char *arena;
static size_t used;
static int shmid = -1, depth, deepest;

static void *take(size_t alignment, size_t size)
{
    if (alignment < 16)
        alignment = 16;
    if (++depth > deepest)
        deepest = depth;
    if (arena == NULL && depth == 1) {
        shmid = shmget(IPC_PRIVATE, ARENA, IPC_CREAT | 0600);
        char *memory = shmat(shmid, NULL, 0);
        if (memory != (char *)-1)
            arena = memory;
    }
    depth--;
    size_t whole = size + 2 * alignment;
    if (arena == NULL || size > ARENA || whole > ARENA - used)
        return NULL;
    uintptr_t block = ((uintptr_t)arena + used + 2 * alignment - 1) & ~(uintptr_t)(alignment - 1);
    used += whole;
    ((size_t *)block)[-1] = size;
    return (void *)block;
}

#include "../support/own_malloc.h"

int main(void)
{
    char *text = malloc(100);
    CHECK(text != NULL && text > arena && text < arena + ARENA);
    work();
    /* The memory stays while the last detach is to come: at the end of the process. */
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    work();
    strcpy(text, "in a segment");
    printf("%s, at most %d deep\n", text, deepest);
    return 3;
}
