/*
 * driver SEED SEQUENCES STEPS [--uid N]: random sequences of the five calls, fork and exit, one printed line a step and
 * its effect indented below. Two runs in fresh IPC namespaces print the same, whoever stands between it and the kernel.
 * --uid: make three segments, then become user N. Asks ftok about the files that tests/suite/differential.rs makes.
 * One translation unit, so that one compiler call makes it in every way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
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

static void begin_line(void)
{
    printf("%lu.%d %s", sequence, ++number, who);
}

static void do_call(const struct step *step)
{
    begin_line();
    execute(step);
}

/* The end of a child: by exit, _exit, a signal from itself, or a store through an attachment, which may be a fault. */
static void end_child(void)
{
    const struct attachment *one = draw_attachment(true);
    int how = below(one ? 5 : 4);
    begin_line();
    printf("ends\n");
    switch (how) {
    case 0:
        exit(below(256));
    case 1:
        _exit(below(256));
    case 2:
        kill(getpid(), SIGKILL);
        break;
    case 3:
        kill(getpid(), SIGTERM);
        break;
    default:
        prctl(PR_SET_DUMPABLE, 0); /* no core file */
        ((volatile char *)one->address)[0] = 'x';
    }
    _exit(0);
}

static void do_step(void);

static void do_fork(void)
{
    int child = ++world->children_made, status;
    room(child);
    printf("fork: child-%d\n", child);
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        world->children[child - 1] = getpid();
        depth++;
        dice += child;
        sprintf(who, "child-%d ", child);
        observe_mappings(NULL);
        observe_segments();
        for (int steps = 1 + below(6); steps > 0; steps--)
            do_step();
        end_child();
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            fail("waitpid");
    printf("    child-%d: %s %d\n", child, WIFEXITED(status) ? "exit status" : "signal",
           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    observe_segments();
}

static void do_memory(void)
{
    const struct attachment *one = draw_attachment(true);
    begin_line();
    if (!one) {
        printf("nothing attached\n");
    } else if (one->chosen || percent(80)) {
        put_bytes(one->address + below(one->length / 16) * 16, 16);
        observe_segments();
    } else {
        /* Only in the area: elsewhere the next mapping of anyone may take the place. */
        char *address = one->address + (percent(50) ? 0 : one->length - page);
        printf("munmap(%s, a page) = %d\n", name_address(address), munmap(address, page));
        observe_mappings(NULL);
        observe_segments();
    }
}

static void do_step(void)
{
    unsigned kind = below(100);
    if (kind < 6) {
        do_memory();
    } else if (kind < 10 && depth < 2) {
        begin_line();
        do_fork();
    } else {
        struct step step = generate_call();
        world->calls++;
        world->live_calls += step.live;
        do_call(&step);
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
    struct rlimit limit;
    getrlimit(RLIMIT_MEMLOCK, &limit);
    limit.rlim_cur = percent(25) || limit.rlim_max < 4 * page ? 0 : 4 * page;
    setrlimit(RLIMIT_MEMLOCK, &limit);
    printf("sequence %lu\n", sequence);
    while (number < steps)
        do_step();
    clean_up();
}

static void summary(void)
{
    printf("summary: %lu calls, %lu drawn from live state\n", world->calls, world->live_calls);
    for (int call = 0; call < CALLS; call++)
        for (int i = 0; i < ERRNOS; i++)
            if (world->tally[call][i])
                printf("reached: %s %s %lu\n", call_names[call], i ? name_number(i, errno_names) : "success",
                       world->tally[call][i]);
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
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        if (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0)
            fail("to become another user");
        return;
    }
    waitpid(pid, &status, 0);
    for (int i = 0; i < 3; i++)
        shmctl(foreign[i], IPC_RMID, NULL);
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

int main(int argc, char **argv)
{
    bool change = argc == 6 && strcmp(argv[4], "--uid") == 0;
    if (argc != 4 && !change) {
        fprintf(stderr, "usage: %s SEED SEQUENCES STEPS [--uid N]\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    page = sysconf(_SC_PAGESIZE);
    world = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    buffers = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (world == MAP_FAILED || buffers == MAP_FAILED || pipe(pipe_ends) != 0)
        fail("the beginning");
    memset(buffers + 2 * page, PATTERN, page);
    mprotect(buffers + page, page, PROT_NONE);
    mprotect(buffers + 2 * page, page, PROT_READ);
    choose_area();
    if (change)
        become(strtoul(argv[5], NULL, 0));
    world->driver = getpid();
    uint64_t seed = strtoull(argv[1], NULL, 0);
    unsigned long sequences = strtoul(argv[2], NULL, 0);
    for (sequence = 0; sequence < sequences; sequence++)
        run_sequence(seed + sequence, atoi(argv[3]));
    summary();
    return 0;
}
