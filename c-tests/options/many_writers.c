/* many_writers PROCESSES THREADS TIMES: each thread of each process makes TIMES calls, every one with a key of its own, so
   that every line of a trace can be told from every other. */
#include "../support/check.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { MOST_THREADS = 64, FIRST_KEY = 0x10000000 };

static int process, threads, times;

static void *call(void *number)
{
    int first = FIRST_KEY + (process * threads + (int)(long)number) * times;
    for (int time = 0; time < times; time++)
        CHECK(shmget(first + time, 1, 0) == -1 && errno == ENOENT);
    return NULL;
}

static int work_in_threads(void)
{
    pthread_t all[MOST_THREADS];
    for (long number = 0; number < threads; number++)
        CHECK(pthread_create(&all[number], NULL, call, (void *)number) == 0);
    for (int number = 0; number < threads; number++)
        CHECK(pthread_join(all[number], NULL) == 0);
    return 0;
}

int main(int argc, char **argv)
{
    CHECK(argc == 4);
    int processes = atoi(argv[1]);
    threads = atoi(argv[2]);
    times = atoi(argv[3]);
    CHECK(threads <= MOST_THREADS);
    for (process = 0; process < processes; process++) {
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0)
            return work_in_threads();
    }
    for (int waited = 0; waited < processes; waited++) {
        int status;
        CHECK(wait(&status) > 0 && status == 0);
    }
    return 0;
}
