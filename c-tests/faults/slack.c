/* What stands behind a segment's end, in its last page: written by another process before (before), by this one and asked
 * for (asked), still there at exit (exit), or in a page that cannot be looked at (forbidden), or that nobody has touched,
 * which stays so (untouched). */
#define _GNU_SOURCE
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 5000 };

extern int shmsan_check_memory(void) __attribute__((weak));

static int shmid;

static char *attach(void)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    return memory;
}

static void in_child(void (*work)(void))
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        work();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void make_and_write(void)
{
    int made = shmget(0x51a9, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(made >= 0);
    char *memory = shmat(made, NULL, 0);
    CHECK(memory != (void *) -1);
    memory[SIZE + 7] = 'x';
    /* No shmdt: a child's own attachment goes with it, and its exit is _exit. */
}

static unsigned long resident(void)
{
    struct shm_info info;
    CHECK(shmctl(0, SHM_INFO, (struct shmid_ds *) &info) >= 0);
    return info.shm_rss;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    const char *what = argv[1];
    if (strcmp(what, "before") == 0) {
        in_child(make_and_write);
        shmid = shmget(0x51a9, 0, 0);
    } else {
        shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    }
    CHECK(shmid >= 0);
    char *memory = attach();
    if (strcmp(what, "before") == 0) {
        memory[0] = 'x';
    } else if (strcmp(what, "untouched") == 0) {
        /* The first of the two pages alone. */
        memory[0] = 'x';
        unsigned long before = resident();
        CHECK(shmdt(memory) == 0 && resident() == before);
        memory = attach();
    } else if (strcmp(what, "forbidden") == 0) {
        memory[SIZE] = 'x';
        CHECK(mprotect(memory, SIZE, PROT_NONE) == 0);
    } else {
        strcpy(memory + SIZE - 3, "hello");
        if (strcmp(what, "asked") == 0 && shmsan_check_memory != NULL) {
            CHECK(shmsan_check_memory() == 1);
            memory[SIZE] = memory[SIZE + 1] = 0;
            CHECK(shmsan_check_memory() == 0);
        }
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    if (strcmp(what, "exit") != 0)
        CHECK(shmdt(memory) == 0);
    return 3;
}
