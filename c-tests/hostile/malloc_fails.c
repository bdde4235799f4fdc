/* Brings its own malloc, as programs with jemalloc or an arena do. From the beginning of main it fails always; and it
   counts how often it was asked while the calls were made: the same with and without shmsan, which has its own memory. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static _Alignas(64) char arena[1 << 20];
static atomic_size_t used;
static atomic_int fails, asked;

/* Never gives back: enough for what runs before main. The size is kept in front of each block, for realloc. */
static void *take(size_t alignment, size_t size)
{
    asked++;
    if (alignment < 16)
        alignment = 16;
    size_t whole = size + 2 * alignment;
    if (fails || size > sizeof arena || whole > sizeof arena - used) {
        errno = ENOMEM;
        return NULL;
    }
    uintptr_t end = (uintptr_t)arena + atomic_fetch_add(&used, whole) + 2 * alignment;
    uintptr_t block = (end - 1) & ~(uintptr_t)(alignment - 1);
    ((size_t *)block)[-1] = size;
    return (void *)block;
}

#include "../support/own_malloc.h"

int main(void)
{
    char out[100];
    fails = 1;
    CHECK(malloc(1) == NULL);
    int before = asked;
    static int many[500];
    work();
    for (int each = 0; each < 500; each++)
        CHECK((many[each] = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0);
    for (int each = 0; each < 500; each++)
        CHECK(shmctl(many[each], IPC_RMID, NULL) == 0);
    leave_behind();
    int length = snprintf(out, sizeof out, "malloc was asked %d times\n", asked - before);
    CHECK(write(STDOUT_FILENO, out, (size_t)length) == length);
    return 3;
}
