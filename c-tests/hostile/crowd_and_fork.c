/* 64 threads attach and detach, each a segment of its own and one of all, while the main thread forks. Each child works, and ends. */
#include "../support/work.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { THREADS = 64, CHILDREN = 40, TIMES = 400 };

static atomic_int stop;
static int shared;

static void *attach_and_detach(void *unused)
{
    (void)unused;
    int own = shmget(IPC_PRIVATE, WORK_SIZE, IPC_CREAT | 0600);
    CHECK(own >= 0);
    /* Bounded, so that a trace of it is too. */
    for (int time = 0; time < TIMES && !stop; time++) {
        char *both[] = {shmat(own, NULL, 0), shmat(shared, NULL, SHM_RDONLY)};
        CHECK(both[0] != (char *)-1 && both[1] != (char *)-1 && both[0] != both[1]);
        both[0][time % WORK_SIZE] = both[1][0];
        CHECK(shmdt(both[0]) == 0 && shmdt(both[1]) == 0);
    }
    CHECK(shmctl(own, IPC_RMID, NULL) == 0);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    int well = 0;
    shared = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    CHECK(shared >= 0);
    for (int each = 0; each < THREADS; each++)
        CHECK(pthread_create(&threads[each], NULL, attach_and_detach, NULL) == 0);
    for (int each = 0; each < CHILDREN; each++) {
        int status;
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0) {
            work_beside_others();
            exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        well++;
    }
    stop = 1;
    for (int each = 0; each < THREADS; each++)
        CHECK(pthread_join(threads[each], NULL) == 0);
    CHECK(shmctl(shared, IPC_RMID, NULL) == 0);
    printf("%d children came and went\n", well);
    return 3;
}
