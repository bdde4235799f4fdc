/* A fault past the end of a segment, made where the argument says: thread, child, handler, system_call, many, reattached,
 * own_stack, library. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 5000, PAGES = 8192 };

static volatile char *memory;

static void overflow(void)
{
    memory[PAGES] = 'x';
}

static void *in_thread(void *nothing)
{
    overflow();
    return nothing;
}

static void on_signal(int signal)
{
    (void) signal;
    overflow();
}

static volatile char *attach(int size)
{
    int shmid = shmget(IPC_PRIVATE, size, 0600);
    CHECK(shmid >= 0);
    volatile char *attached = shmat(shmid, NULL, 0);
    CHECK(attached != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return attached;
}

static int status_of_child(void)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        overflow();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    const char *where = argv[1];
    memory = attach(SIZE);
    memory[SIZE - 1] = 'x';
    if (strcmp(where, "thread") == 0) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, in_thread, NULL) == 0 && pthread_join(thread, NULL) == 0);
    } else if (strcmp(where, "child") == 0) {
        int status = status_of_child();
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
        /* No child of the program is left, and none that it did not make was seen. */
        CHECK(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
        puts("the child died by SIGSEGV");
        return 3;
    } else if (strcmp(where, "handler") == 0) {
        signal(SIGUSR1, on_signal);
        raise(SIGUSR1);
    } else if (strcmp(where, "system_call") == 0) {
        int null = open("/dev/zero", O_RDONLY);
        CHECK(null >= 0 && read(null, (char *) memory + PAGES, 10) == -1 && errno == EFAULT);
        puts("a system call fails with EFAULT");
        return 3;
    } else if (strcmp(where, "many") == 0) {
        for (int i = 0; i < 4000; i++) {
            volatile char *other = attach(SIZE);
            other[0] = 'x';
            if (i == 2000)
                memory = other;
        }
        overflow();
    } else if (strcmp(where, "reattached") == 0) {
        int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
        char *first = shmat(shmid, NULL, 0);
        CHECK(first != (void *) -1 && shmdt(first) == 0);
        memory = shmat(shmid, first, 0);
        CHECK(memory == first && shmctl(shmid, IPC_RMID, NULL) == 0);
        memory[SIZE - 1] = 'x';
        overflow();
    } else if (strcmp(where, "own_stack") == 0) {
        /* Just enough for the signal's own frame: what a handler needs beyond that is not there. */
        long page = sysconf(_SC_PAGESIZE);
        size_t size = getauxval(AT_MINSIGSTKSZ) > 2048 ? getauxval(AT_MINSIGSTKSZ) : 2048;
        size_t whole = (size + page - 1) / page * page;
        char *pages = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(pages != MAP_FAILED && mprotect(pages, page, PROT_NONE) == 0);
        stack_t stack = { .ss_sp = pages + page + whole - size, .ss_size = size };
        CHECK(sigaltstack(&stack, NULL) == 0);
        overflow();
    } else if (strcmp(where, "library") == 0) {
        memset((char *) memory, 'x', PAGES + 100);
    }
    return 3;
}
