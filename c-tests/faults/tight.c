/* A write to a read-only segment where there is little of what is usual. The argument: vfork (in its child), clone (in a
 * child that shares the memory, and has no thread-local storage of its own), small (in the smallest thread), poor (with a
 * signal stack that has room for a small handler alone), usual (with one of SIGSTKSZ). */
#define _GNU_SOURCE
#include "../support/check.h"
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { BELOW = 65536 };

static volatile char *memory;
static sigjmp_buf recovered;

static int fault(void *nothing)
{
    (void) nothing;
    memory[8] = 'x';
    return 0;
}

static void *in_thread(void *nothing)
{
    fault(nothing);
    return nothing;
}

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(recovered, 1);
}

static void expect_death(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

/* What lies below a signal stack may be anything. */
static void expect_nothing_below(size_t room)
{
    size_t size = (getauxval(AT_MINSIGSTKSZ) > 2048 ? getauxval(AT_MINSIGSTKSZ) : 2048) + room;
    char *pages = mmap(NULL, BELOW + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    stack_t stack = { .ss_sp = pages + BELOW, .ss_size = size };
    CHECK(sigaltstack(&stack, NULL) == 0);
    /* The loader needs more to find a function. */
    if (sigsetjmp(recovered, 1) == 0) {
        siglongjmp(recovered, 1);
    }
    for (volatile int round = 0; round < 3; round++) {
        if (sigsetjmp(recovered, 1) == 0) {
            fault(NULL);
        }
    }
    for (int i = 0; i < BELOW; i++) {
        CHECK(pages[i] == 0);
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fault;
    action.sa_flags = SA_ONSTACK;
    if (strcmp(argv[1], "poor") == 0 || strcmp(argv[1], "usual") == 0) {
        CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    }
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    if (strcmp(argv[1], "vfork") == 0) {
        pid_t child = vfork();
        if (child == 0) {
            fault(NULL);
            _exit(0);
        }
        expect_death(child);
    } else if (strcmp(argv[1], "clone") == 0) {
        char *stack = malloc(BELOW);
        CHECK(stack != NULL);
        expect_death(clone(fault, stack + BELOW, CLONE_VM | SIGCHLD, NULL));
    } else if (strcmp(argv[1], "small") == 0) {
        pthread_attr_t attributes;
        pthread_t thread;
        CHECK(pthread_attr_init(&attributes) == 0);
        CHECK(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
        CHECK(pthread_create(&thread, &attributes, in_thread, NULL) == 0 && pthread_join(thread, NULL) == 0);
    } else if (strcmp(argv[1], "poor") == 0) {
        expect_nothing_below(1024);
    } else if (strcmp(argv[1], "usual") == 0) {
        expect_nothing_below(4560);
    }
    /* Attached, and tracked, as before. */
    CHECK(memory[0] == 0 && shmdt((void *) memory) == 0 && shmdt((void *) memory) == -1);
    return 3;
}
