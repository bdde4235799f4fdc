/* The program changes its attachments by other calls: shmdt says what the kernel says, and nobody's memory is harmed. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

enum { SIZE = 5 * 4096 };

static int shmid;

static char *attach(void)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    memset(memory, 'x', SIZE);
    return memory;
}

static unsigned long attached(void)
{
    struct shmid_ds status;
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    return status.shm_nattch;
}

int main(void)
{
    shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(shmid >= 0);

    char *memory = attach();
    CHECK(munmap(memory, SIZE) == 0 && attached() == 0);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);

    /* Its middle is gone, and something else is there. */
    memory = attach();
    char *other = mmap(memory + 8192, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(other == memory + 8192 && attached() == 2);
    strcpy(other, "mine");
    CHECK(shmdt(memory) == 0 && attached() == 0 && strcmp(other, "mine") == 0);
    CHECK(munmap(other, 4096) == 0);

    /* All of it is gone, and something else is there. */
    memory = attach();
    other = mmap(memory, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(other == memory && attached() == 0);
    strcpy(other, "mine");
    CHECK(shmdt(memory) == -1 && errno == EINVAL && strcmp(other, "mine") == 0);
    for (int i = 0; i < 300; i++) {
        char *more = attach();
        CHECK(shmdt(more) == 0);
    }
    CHECK(strcmp(other, "mine") == 0);

    /* Elsewhere. */
    memory = attach();
    other = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *moved = mremap(memory, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, other);
    CHECK(other != MAP_FAILED && moved == other && moved[SIZE - 1] == 'x');
    CHECK(shmdt(memory) == -1 && errno == EINVAL && attached() == 1);
    CHECK(shmdt(moved) == 0 && attached() == 0);

    /* Read only by mprotect; an attach over it is refused, and one by SHM_REMAP is not. */
    memory = attach();
    CHECK(mprotect(memory, SIZE, PROT_READ) == 0 && memory[1] == 'x');
    CHECK(shmat(shmid, memory, 0) == (void *) -1 && errno == EINVAL);
    CHECK(shmat(shmid, memory, SHM_REMAP) == memory && attached() == 1);
    memory[1] = 'y';
    CHECK(shmdt(memory) == 0 && attached() == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    puts("the kernel's answers are the answers");
    return 3;
}
