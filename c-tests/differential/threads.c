/*
 * Threads, so that the outcome is still one: they take turns; or each has a segment of its own; or all storm one
 * segment and only sums are printed, which no order changes.
 */

static pid_t thread_ids[THREADS];
static void *(*thread_body)(void *);

static void *run_thread(void *argument)
{
    thread_ids[(long)argument] = (pid_t)syscall(SYS_gettid);
    return thread_body(argument);
}

/* pthread_join returns before the kernel has done with the thread: only then is it no creator any more, which is what
   shm_rmid_forced asks. It may not have begun yet, and have no id. */
static void join(pthread_t thread, const pid_t *id)
{
    pthread_join(thread, NULL);
    while (syscall(SYS_tgkill, getpid(), *id, 0) == 0)
        sched_yield();
}

static void start_threads(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    pthread_attr_t attributes;
    thread_body = body;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 << 10);
    for (long i = 0; i < THREADS; i++)
        if ((errno = pthread_create(&threads[i], &attributes, run_thread, (void *)i)) != 0)
            fail("pthread_create");
    for (int i = 0; i < THREADS; i++)
        join(threads[i], &thread_ids[i]);
    pthread_attr_destroy(&attributes);
}

static sem_t turns[THREADS];
static int steps_left;

static void *take_turns(void *argument)
{
    long self = (long)argument;
    for (;;) {
        while (sem_wait(&turns[self]) != 0)
            ;
        if (steps_left-- <= 0)
            break;
        sprintf(strchr(who, '\0'), "thread-%ld ", self);
        do_step();
        *strstr(who, "thread-") = '\0';
        sem_post(&turns[below(THREADS)]);
    }
    /* Each ends when it is woken now, and wakes the next. */
    sem_post(&turns[(self + 1) % THREADS]);
    return NULL;
}

static void by_turns(void)
{
    begin_line();
    printf("threads by turns\n");
    counts->deeds[BY_TURNS]++;
    for (int i = 0; i < THREADS; i++)
        sem_init(&turns[i], 0, i == 0);
    steps_left = 3 + below(8);
    threads_running = true;
    start_threads(take_turns);
    threads_running = false;
    observe_all();
}

static int own[THREADS], stale;
static uint64_t sums[THREADS];
static pthread_barrier_t barrier;

/* Result and errno of a call go into the thread's sum, an address only as success. */
static void note(long self, long result)
{
    uint64_t value = (uint64_t)result << 32 | (unsigned)errno;
    sums[self] = (sums[self] ^ value) * 0x100000001b3;
    errno = SENTINEL + 1 + self;
}

static void *work_alone(void *argument)
{
    long self = (long)argument;
    pthread_barrier_wait(&barrier);
    errno = SENTINEL + 1 + self;
    for (int round = 0; round < 6; round++) {
        struct shmid_ds segment = {0};
        char *address = shmat(own[self], NULL, round % 3 == 2 ? SHM_RDONLY : 0);
        bool attached = address != (char *)-1;
        note(self, attached);
        if (attached && round % 3 != 2)
            address[0] += self + 1;
        note(self, shmctl(own[self], IPC_STAT, &segment));
        note(self, segment.shm_nattch << 8 | (attached ? address[0] : 0));
        note(self, shmat(stale, NULL, 0) != (void *)-1);
        note(self, shmctl(own[self], 99, NULL));
        note(self, shmget(0x5800 + self, 0, 0));
        if (attached) {
            note(self, shmdt(address + 1));
            note(self, shmdt(address));
        }
    }
    return NULL;
}

static void at_once(void)
{
    begin_line();
    printf("threads at once, each on a segment of its own\n");
    counts->deeds[AT_ONCE]++;
    for (int i = 0; i < THREADS; i++) {
        own[i] = shmget(IPC_PRIVATE, 1 + i * page, 0600);
        sums[i] = 0;
    }
    stale = own[0] + 32768;
    pthread_barrier_init(&barrier, NULL, THREADS);
    start_threads(work_alone);
    for (int i = 0; i < THREADS; i++) {
        struct shmid_ds segment = {0};
        int there = raw_shmctl(own[i], IPC_STAT, &segment);
        printf("    thread-%d: segment %d, %d, nattch %lu, sum %016lx, removed %d\n", i, own[i], there,
               (unsigned long)segment.shm_nattch, (unsigned long)sums[i], shmctl(own[i], IPC_RMID, NULL));
    }
    observe_all();
}

enum { ROUNDS = 3, STORM_CALLS = 6 };
static const char *const storm_names[STORM_CALLS] = {"create", "look up", "attach", "detach", "same address", "remove"};
static _Atomic unsigned long done[STORM_CALLS], refused[STORM_CALLS], strange;
static char *held;

/* Refused must be so with one of these: which of them may depend on who came first. */
static bool storm(int call, bool success, int one, int other)
{
    if (success)
        done[call]++;
    else if (errno == one || errno == other)
        refused[call]++;
    else
        strange++;
    return success;
}

static void *storm_together(void *argument)
{
    long self = (long)argument;
    for (int round = 0; round < ROUNDS; round++) {
        key_t key = 0x5700 + round;
        pthread_barrier_wait(&barrier);
        storm(0, shmget(key, 3 * page, IPC_CREAT | IPC_EXCL | 0600) >= 0, EEXIST, ENOSPC);
        pthread_barrier_wait(&barrier);
        int id = shmget(key, 0, 0);
        storm(1, id >= 0, ENOENT, ENOENT);
        /* Held by one, or shm_rmid_forced would remove it at the first detach. */
        if (self == 0)
            held = shmat(id, NULL, 0);
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < 4; i++) {
            char *address = shmat(id, NULL, i % 2 ? SHM_RDONLY : 0);
            if (storm(2, address != (char *)-1, EINVAL, EINVAL))
                storm(3, shmdt(address) == 0, EINVAL, EINVAL);
        }
        pthread_barrier_wait(&barrier);
        if (held != (char *)-1)
            storm(4, shmdt(held) == 0, EINVAL, EINVAL);
        pthread_barrier_wait(&barrier);
        storm(5, shmctl(id, IPC_RMID, NULL) == 0, EINVAL, EIDRM);
    }
    return NULL;
}

static void do_storm(void)
{
    begin_line();
    printf("a storm of threads on one segment\n");
    counts->deeds[STORMED]++;
    strange = 0;
    for (int i = 0; i < STORM_CALLS; i++)
        done[i] = refused[i] = 0;
    pthread_barrier_init(&barrier, NULL, THREADS);
    start_threads(storm_together);
    for (int i = 0; i < STORM_CALLS; i++)
        printf("    %s: %lu done, %lu refused\n", storm_names[i], done[i], refused[i]);
    printf("    something else: %lu\n", strange);
    observe_all();
}

static void do_threads(void)
{
    int which = below(3);
    which == 0 ? by_turns() : which == 1 ? at_once() : do_storm();
}
