/* A collector stops a thread wherever it is, also in the middle of a shmget or shmat, and meanwhile has faults of its own, as
 * a write barrier does. None of them waits: to wait is to give up the processor of one's own accord. The argument says where
 * the faults are: page, or null. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <time.h>

enum { ROUNDS = 3000, SECONDS = 5 };

static sigjmp_buf recovered;
static atomic_int is_stopped, may_go_on, is_over;

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(recovered, 1);
}

static void on_stop(int signal)
{
    (void) signal;
    is_stopped = 1;
    while (!may_go_on) {
        sched_yield();
    }
    is_stopped = 0;
}

static void *work(void *nothing)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && shmat(-1, NULL, 0) == (void *) -1);
    while (!is_over) {
        void *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (void *) -1 && shmdt(memory) == 0);
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return nothing;
}

static long waits(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_nvcsw;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    CHECK(signal(SIGSEGV, on_fault) != SIG_ERR && signal(SIGUSR1, on_stop) != SIG_ERR);
    char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    volatile char *target = strcmp(argv[1], "page") == 0 ? page : NULL;
    pthread_t worker;
    CHECK(pthread_create(&worker, NULL, work, NULL) == 0);
    volatile long waited = 0;
    time_t end = time(NULL) + SECONDS;
    for (volatile int round = 0; round < ROUNDS && time(NULL) < end; round++) {
        may_go_on = 0;
        CHECK(pthread_kill(worker, SIGUSR1) == 0);
        while (!is_stopped) {
            sched_yield();
        }
        volatile long before = waits();
        if (sigsetjmp(recovered, 1) == 0) {
            *target = 1;
        }
        waited += waits() - before;
        may_go_on = 1;
        while (is_stopped) {
            sched_yield();
        }
    }
    is_over = 1;
    CHECK(pthread_join(worker, NULL) == 0);
    if (waited > 0) {
        printf("waited %ld times\n", waited);
    }
    return 3;
}
