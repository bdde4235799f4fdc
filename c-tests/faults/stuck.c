/* While a thread faults another one stops every child that there is. Nobody is kept by that for long, and no child is left. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static sigjmp_buf recovered;
static atomic_int is_looking, is_over;
static char path[64];

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(recovered, 1);
}

static void *stop(void *nothing)
{
    int children = open(path, O_RDONLY);
    CHECK(children >= 0);
    while (!is_over) {
        char text[32];
        ssize_t length = pread(children, text, sizeof text - 1, 0);
        CHECK(length >= 0);
        text[length] = '\0';
        if (length > 0) {
            kill(atoi(text), SIGSTOP);
        }
        is_looking = 1;
        sched_yield();
    }
    CHECK(close(children) == 0);
    return nothing;
}

int main(void)
{
    snprintf(path, sizeof path, "/proc/self/task/%d/children", gettid());
    if (access(path, R_OK) != 0) {
        printf("the kernel does not tell of children\n");
        return 77;
    }
    CHECK(signal(SIGSEGV, on_fault) != SIG_ERR);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    pthread_t stopper;
    CHECK(pthread_create(&stopper, NULL, stop, NULL) == 0);
    while (!is_looking) {
    }
    if (sigsetjmp(recovered, 1) == 0) {
        *memory = 1;
    }
    is_over = 1;
    CHECK(pthread_join(stopper, NULL) == 0);
    CHECK(waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD);
    return 3;
}
