/* Threads that fault at the same time and go on, each past the end of a segment of its own, while another one forks. With an
 * argument nobody goes on. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 50, SIZE = 4096 };

static pthread_barrier_t all_are_there;
static atomic_int handled, done;
static __thread sigjmp_buf out;

static void on_fault(int signal)
{
    (void) signal;
    handled++;
    siglongjmp(out, 1);
}

static void *fault(void *nothing)
{
    int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(shmid >= 0);
    pthread_barrier_wait(&all_are_there);
    for (volatile int round = 0; round < ROUNDS; round++) {
        volatile char *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (void *) -1);
        memory[SIZE - 1] = 'x';
        if (sigsetjmp(out, 1) == 0) {
            memory[SIZE] = 'y';
            CHECK(0);
        }
        CHECK(shmdt((void *) memory) == 0);
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    done++;
    return nothing;
}

static void *fork_meanwhile(void *nothing)
{
    pthread_barrier_wait(&all_are_there);
    while (done < THREADS) {
        int status;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
            char *memory = shmat(shmid, NULL, 0);
            CHECK(memory != (void *) -1 && shmdt(memory) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    return nothing;
}

int main(int argc, char **argv)
{
    (void) argv;
    if (argc == 1)
        CHECK(signal(SIGSEGV, on_fault) != SIG_ERR);
    CHECK(pthread_barrier_init(&all_are_there, NULL, THREADS + 1) == 0);
    pthread_t threads[THREADS], forks;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, fault, NULL) == 0);
    CHECK(pthread_create(&forks, NULL, fork_meanwhile, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(pthread_join(forks, NULL) == 0);
    printf("%d faults were handled\n", handled);
    return 3;
}
