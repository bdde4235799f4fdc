/* Many threads have a long report written into one pipe that nobody reads, until it takes no more. Who finds room there may
   lose it to another thread before it writes, and must not wait then. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <fcntl.h>
#include <pthread.h>
#include <shmsan.h>
#include <sys/shm.h>

enum { SEGMENTS = 80, THREADS = 6, ROUNDS = 60 };

static int ends[2];

static void *fill(void *unused)
{
    (void)unused;
    while (shmsan_report(ends[1]) == 0)
        ;
    CHECK(errno == EAGAIN);
    return NULL;
}

static void empty(void)
{
    char words[65536];
    while (read(ends[0], words, sizeof words) > 0)
        ;
}

int main(void)
{
    int all[SEGMENTS];
    CHECK(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    for (int each = 0; each < SEGMENTS; each++)
        CHECK((all[each] = shmget(IPC_PRIVATE, 1, 0600)) >= 0);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];
        for (int each = 0; each < THREADS; each++)
            CHECK(pthread_create(&threads[each], NULL, fill, NULL) == 0);
        for (int each = 0; each < THREADS; each++)
            CHECK(pthread_join(threads[each], NULL) == 0);
        empty();
    }
    for (int each = 0; each < SEGMENTS; each++)
        CHECK(shmctl(all[each], IPC_RMID, NULL) == 0);
    return 0;
}
