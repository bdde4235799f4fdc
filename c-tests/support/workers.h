/* Threads that are in the five calls all the time, for what must not mind them: fork, above all. */
#ifndef WORKERS_H
#define WORKERS_H

#include "work.h"
#include <pthread.h>
#include <stdatomic.h>

enum { WORKERS = 4 };

static atomic_int workers_stop;
static pthread_t workers[WORKERS];

static void *keep_working(void *unused)
{
    (void)unused;
    /* Bounded, so that a trace of it is too. */
    for (int time = 0; time < 2000 && !workers_stop; time++)
        work_beside_others();
    return NULL;
}

static inline void start_workers(void)
{
    for (int each = 0; each < WORKERS; each++)
        CHECK(pthread_create(&workers[each], NULL, keep_working, NULL) == 0);
}

static inline void end_workers(void)
{
    workers_stop = 1;
    for (int each = 0; each < WORKERS; each++)
        CHECK(pthread_join(workers[each], NULL) == 0);
}

#endif
