/* While a thread faults another one waits for every child that there is, of whatever kind. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static sigjmp_buf recovered;
static atomic_int is_waiting, is_over;

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(recovered, 1);
}

static void *reap(void *nothing)
{
    while (!is_over) {
        waitpid(-1, NULL, WNOHANG | __WALL);
        is_waiting = 1;
    }
    return nothing;
}

int main(void)
{
    CHECK(signal(SIGSEGV, on_fault) != SIG_ERR);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    pthread_t reaper;
    CHECK(pthread_create(&reaper, NULL, reap, NULL) == 0);
    while (!is_waiting) {
    }
    if (sigsetjmp(recovered, 1) == 0) {
        *memory = 1;
    }
    is_over = 1;
    CHECK(pthread_join(reaper, NULL) == 0);
    return 3;
}
