/* Ends by exit while another thread waits for input, with a stream's lock in its hands. */
#include "../support/check.h"
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

static int ends[2];
static sem_t holds_the_lock;

static void *wait_for_input(void *unused)
{
    (void)unused;
    FILE *input = fdopen(ends[0], "r");
    CHECK(input != NULL);
    flockfile(input);
    CHECK(sem_post(&holds_the_lock) == 0);
    getc_unlocked(input);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    CHECK(pipe(ends) == 0 && sem_init(&holds_the_lock, 0, 0) == 0);
    CHECK(pthread_create(&thread, NULL, wait_for_input, NULL) == 0);
    CHECK(sem_wait(&holds_the_lock) == 0);
    CHECK(shmget(IPC_PRIVATE, 100, 0600) >= 0);
    puts("left behind");
    exit(0);
}
