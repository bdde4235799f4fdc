/* As a virtual machine does: a pointer that is NULL is found out by the fault, ten thousand times, on a signal stack. The
 * argument says when the handler is installed: before the first attach, or after it. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

enum { CHECKS = 5000, THREADS = 2 };

struct object {
    long header, field;
};

static _Thread_local sigjmp_buf is_null;
static _Thread_local volatile sig_atomic_t is_checked;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    CHECK(signal == SIGSEGV && context != NULL && info->si_code == SEGV_MAPERR);
    CHECK(info->si_addr == (void *) offsetof(struct object, field) && is_checked);
    siglongjmp(is_null, 1);
}

static void install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
}

static void attach(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmat(shmid, NULL, 0) != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
}

static void *work(void *found)
{
    stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
    CHECK(stack.ss_sp != NULL && sigaltstack(&stack, NULL) == 0);
    struct object *volatile object = NULL;
    volatile long count = 0;
    for (volatile int check = 0; check < CHECKS; check++) {
        is_checked = 1;
        if (sigsetjmp(is_null, 1) == 0) {
            object->field = 1;
        } else {
            count++;
        }
        is_checked = 0;
    }
    *(long *) found = count;
    return NULL;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    if (strcmp(argv[1], "before") == 0) {
        install();
        attach();
    } else {
        attach();
        install();
    }
    pthread_t threads[THREADS];
    long found[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, &found[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        printf("%ld were NULL\n", found[i]);
    }
    return 3;
}
