/* A process with nearly all the mappings that it may have: what is left is enough for the attaches that it makes. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

/* For what a library in front may need for itself. */
enum { SIZE = 1 << 20, LEFT = 64, OTHERS = 8, MOST = 1 << 17 };

static int shmid;

static char *attach(void)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    memory[0] = 'x';
    return memory;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(shmid >= 0);
    /* What was put beside these is in the way now. */
    if (strcmp(argv[1], "late") == 0) {
        static char *kept[300];
        for (int i = 0; i < 300; i++)
            kept[i] = attach();
        for (int i = 0; i < 300; i++)
            CHECK(shmdt(kept[i]) == 0);
    }
    /* As many pages that lie apart as there may be. */
    char *pages = mmap(NULL, (size_t) MOST * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(pages != MAP_FAILED);
    int used = 0;
    while (used < MOST && mprotect(pages + (size_t) used * 4096, 4096, PROT_READ) == 0)
        used += 2;
    if (used >= MOST) {
        puts("skipped: this process may have more mappings than that");
        return 77;
    }
    /* Each gives back two. */
    for (int i = 0; i < LEFT / 2; i++)
        CHECK(mprotect(pages + (size_t) (used -= 2) * 4096, 4096, PROT_NONE) == 0);
    char *attached[LEFT - OTHERS];
    for (int i = 0; i < LEFT - OTHERS; i++)
        attached[i] = attach();
    for (int i = 0; i < LEFT - OTHERS; i++)
        CHECK(shmdt(attached[i]) == 0);
    int all = 0;
    char *more[2 * LEFT];
    while (all < 2 * LEFT && (more[all] = shmat(shmid, NULL, 0)) != (void *) -1)
        all++;
    CHECK(all >= LEFT - OTHERS && errno == ENOMEM);
    while (all-- > 0)
        CHECK(shmdt(more[all]) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
