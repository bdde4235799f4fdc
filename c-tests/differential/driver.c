/*
 * driver SEED SEQUENCES STEPS UID [--as]: random sequences of the five calls and of all that happens around
 * them, one printed line a step and its effect indented below. Two runs in fresh IPC namespaces print the same, whoever
 * stands between it and the kernel. UID is the other user that root becomes for some steps; --as: make three segments
 * and be that user from the beginning. Asks ftok about the files that tests/suite/differential/ makes.
 * One translation unit, so that one compiler call makes it in every way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.c"
#include "names.c"
#include "observe.c"
#include "generate.c"
#include "execute.c"

static unsigned long sequence;
static int number, depth; /* of the step; of forks */
static char who[24];      /* this process, in front of its lines */
static int foreign[3];    /* the maker's segments */
static bool threads_running;

static void begin_line(void)
{
    printf("%lu.%d %s", sequence, ++number, who);
}

static void do_call(const struct step *step)
{
    begin_line();
    execute(step);
}

static void do_generated_call(void)
{
    struct step step = generate_call();
    counts->calls++;
    counts->live_calls += step.live;
    do_call(&step);
}

static void do_step(void);

#include "memory.c"
#include "children.c"
#include "limits.c"
#include "users.c"
#include "threads.c"

static void do_step(void)
{
    unsigned kind = below(1000);
    if (kind < 70) {
        do_memory();
    } else if (kind < 110 && depth < 2) {
        do_fork();
    } else if (kind < 118) {
        do_vfork();
    } else if (kind < 145) {
        set_limit();
    } else if (kind < 151 && !threads_running) {
        do_threads();
    } else if (kind < 170 && !threads_running) {
        change_user();
    } else if (kind < 200 && depth && !threads_running && !world->elsewhere) {
        go_elsewhere();
    } else if (kind < 220 && depth && !threads_running) {
        set_filter();
    } else {
        do_generated_call();
    }
}

/* Detaches and removes all that the sequence made: the next begins with nothing, only ids go on counting. */
static void clean_up(void)
{
    for (int i = 0; i < attachments_known; i++)
        if (attachments[i].live)
            do_call(&(struct step){.call = SHMDT, .address = attachments[i].address});
    for (int i = 0; i < world->segments_made; i++)
        if (world->segments[i].there && !world->segments[i].foreign)
            do_call(&(struct step){.call = SHMCTL, .command = IPC_RMID, .id = world->segments[i].id});
    close_area();
    observe_mappings(NULL);
    observe_segments();
}

static void run_sequence(uint64_t seed, int steps)
{
    world->segments_made = world->keys_used = world->children_made = world->attachments_made = 0;
    attachments_known = addresses_chosen = number = 0;
    dice = seed;
    open_area();
    for (int i = 0; i < 3 && world->maker; i++)
        add_segment(foreign[i], true);
    set_resources();
    printf("sequence %lu\n", sequence);
    while (number < steps)
        do_step();
    if (world->limits_changed)
        reset_limits();
    if (geteuid() != shared->starter && !world->maker)
        take_identity(&identities[0]);
    keep_capabilities(0);
    clean_up();
}

static void summary(void)
{
    printf("summary: %lu calls, %lu drawn from live state\n", counts->calls, counts->live_calls);
    for (int call = 0; call < CALLS; call++)
        for (int i = 0; i < ERRNOS; i++)
            if (counts->tally[call][i])
                printf("reached: %s %s %lu\n", call_names[call], i ? name_number(i, errno_names) : "success",
                       counts->tally[call][i]);
    for (int deed = 0; deed < DEEDS; deed++)
        printf("done: %s %lu\n", deed_names[deed], counts->deeds[deed]);
}

/* Makes segments as the user we are, goes on as another in a child, and removes them when the child has ended. */
static void become(uid_t uid)
{
    static const int modes[3] = {0600, 0644, 0666};
    int status;
    world->maker = getpid();
    for (int i = 0; i < 3; i++) {
        foreign[i] = shmget(IPC_PRIVATE, page, IPC_CREAT | modes[i]);
        if (foreign[i] < 0)
            fail("shmget");
    }
    if (pipe2(to_maker, O_CLOEXEC) != 0 || pipe2(from_maker, O_CLOEXEC) != 0)
        fail("pipe");
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        close(to_maker[0]);
        if (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0)
            fail("to become another user");
        prctl(PR_SET_DUMPABLE, 1); /* else it may not read what is its own in /proc */
        return;
    }
    close(to_maker[1]);
    serve_limits();
    waitpid(pid, &status, 0);
    for (int i = 0; i < 3; i++)
        shmctl(foreign[i], IPC_RMID, NULL);
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

static void map_shared(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, shared_descriptor, 0);
    if (shared == MAP_FAILED)
        fail("the shared memory");
    world = &shared->world;
    counts = &shared->counts;
}

static void make_buffers(void)
{
    buffers = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffers == MAP_FAILED)
        fail("the buffers");
    memset(buffers + 2 * page, PATTERN, page);
    mprotect(buffers + page, page, PROT_NONE);
    mprotect(buffers + 2 * page, page, PROT_READ);
    choose_area();
}

/* What a child that has executed the driver does: it is a child still, but all its attachments are gone. */
static void resume(void)
{
    map_shared();
    sequence = shared->sequence;
    number = shared->number;
    depth = shared->depth;
    dice = shared->dice;
    strcpy(who, shared->who);
    memcpy(pipe_ends, shared->pipe_ends, sizeof pipe_ends);
    for (int i = 0; i < LIMITS; i++)
        usual_limits[i] = shared->usual_limits[i];
    make_buffers();
    open_area();
    live_as_child();
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    page = sysconf(_SC_PAGESIZE);
    if (argc == 3 && strcmp(argv[1], "--resume") == 0) {
        shared_descriptor = atoi(argv[2]);
        resume();
    }
    bool change = argc == 6 && strcmp(argv[5], "--as") == 0;
    if (argc != 5 && !change) {
        fprintf(stderr, "usage: %s SEED SEQUENCES STEPS UID [--as]\n", argv[0]);
        return 2;
    }
    shared_descriptor = memfd_create("differential", 0);
    if (ftruncate(shared_descriptor, sizeof *shared) != 0 || pipe(pipe_ends) != 0)
        fail("the beginning");
    map_shared();
    shared->user = strtoul(argv[4], NULL, 0);
    shared->starter = geteuid();
    for (int i = 0; i < LIMITS; i++)
        shared->usual_limits[i] = usual_limits[i] = read_limit(i);
    make_buffers();
    if (change)
        become(shared->user);
    world->driver = getpid();
    uint64_t seed = strtoull(argv[1], NULL, 0);
    unsigned long sequences = strtoul(argv[2], NULL, 0);
    for (sequence = 0; sequence < sequences; sequence++)
        run_sequence(seed + sequence, atoi(argv[3]));
    summary();
    return 0;
}
