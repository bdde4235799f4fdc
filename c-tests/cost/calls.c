/* Each of the usual things that programs do: a few times, then a thousand times more, with a mark before each. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FEW 10
#define MANY (FEW + 1000)

static int shmid, others;

/* Where a profiler writes down what it has counted since the last one. */
__attribute__((noinline)) static void mark(void)
{
    __asm__ volatile("" ::: "memory");
}

static void get(void)
{
    if (shmget(0x51a1, 4096, 0600) != shmid)
        abort();
}

static void status(void)
{
    struct shmid_ds status;
    if (shmctl(shmid, IPC_STAT, &status) == -1)
        abort();
}

static void attach_and_detach(void)
{
    void *memory = shmat(shmid, NULL, 0);
    if (memory == (void *)-1 || shmdt(memory) == -1)
        abort();
}

static void attach_and_detach_by_a_strange_id(void)
{
    void *memory = shmat(others, NULL, 0);
    if (memory == (void *)-1 || shmdt(memory) == -1)
        abort();
}

static void create_to_remove(void)
{
    int made = shmget(IPC_PRIVATE, 4096, 0600);
    char *memory = shmat(made, NULL, 0);
    if (memory == (void *)-1)
        abort();
    *memory = 1;
    if (shmdt(memory) == -1 || shmctl(made, IPC_RMID, NULL) == -1)
        abort();
}

int main(void)
{
    void (*const things[])(void) = {
        get, status, attach_and_detach, attach_and_detach_by_a_strange_id, create_to_remove};
    const int counts[] = {FEW, FEW, MANY};
    shmid = shmget(0x51a1, 4096, IPC_CREAT | 0600);
    /* As if another program had made it. */
    others = (int)syscall(SYS_shmget, IPC_PRIVATE, 4096, 0600);
    for (unsigned thing = 0; thing < sizeof things / sizeof *things; thing++) {
        for (unsigned round = 0; round < sizeof counts / sizeof *counts; round++) {
            mark();
            for (int i = 0; i < counts[round]; i++)
                things[thing]();
        }
    }
    mark();
    return shmctl(others, IPC_RMID, NULL) | shmctl(shmid, IPC_RMID, NULL);
}
