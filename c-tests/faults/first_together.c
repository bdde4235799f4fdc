/* The first attaches of a process, in two threads at once, and then one at an address beside them that the program names: in many
 * processes, because it is a matter of luck. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 40, THREADS = 2, SIZE = 8192, BLOCK = 2 << 20 };

static int shmid;
static pthread_barrier_t both_are_there;

static void *attach(void *nothing)
{
    (void) nothing;
    pthread_barrier_wait(&both_are_there);
    return shmat(shmid, NULL, 0);
}

static void first_attaches(void)
{
    pthread_t threads[THREADS];
    void *attached[THREADS];
    CHECK(pthread_barrier_init(&both_are_there, NULL, THREADS) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, attach, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], &attached[i]) == 0 && attached[i] != (void *) -1);
    for (int i = 0; i < THREADS; i++) {
        char *block = (char *) ((unsigned long) attached[i] / BLOCK * BLOCK);
        void *beside = shmat(shmid, block, 0);
        /* Nothing was there, unless the kernel had put something near. */
        CHECK(beside == block || (attached[i] == block && errno == EINVAL) || (unsigned long) block >> 40 >= 0x7e);
        CHECK(beside == (void *) -1 || shmdt(beside) == 0);
        CHECK(shmdt(attached[i]) == 0);
    }
}

int main(void)
{
    shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(shmid >= 0);
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            first_attaches();
            _exit(3);
        }
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3);
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
