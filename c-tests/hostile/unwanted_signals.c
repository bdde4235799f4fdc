/* unwanted_signals pipe|limit: standard error is a pipe that nobody reads (support/with_stderr.c gone), where a write raises
   SIGPIPE, or no file may grow past 64 bytes, where it raises SIGXFSZ. The program itself writes nothing there, so it must never
   meet the signal; and where it has the signal pending already, it must find it pending still, once. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

static volatile sig_atomic_t caught;

static void count(int signal)
{
    (void)signal;
    caught++;
}

static void surround(int signal)
{
    if (signal == SIGPIPE) {
        struct pollfd end = {.fd = STDERR_FILENO};
        CHECK(poll(&end, 1, 0) == 1 && end.revents == POLLERR);
    } else {
        struct rlimit limit;
        CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
        limit.rlim_cur = 64;
        CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
}

static int is_pending(int signal)
{
    sigset_t pending;
    CHECK(sigpending(&pending) == 0);
    return sigismember(&pending, signal);
}

static void block(int how, int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK(sigprocmask(how, &set, NULL) == 0);
}

/* How often the handler runs for one signal that waited, however it was sent, while the work was done. */
static int delivered_after_work(int signal, int (*send)(int))
{
    block(SIG_BLOCK, signal);
    caught = 0;
    CHECK(send(signal) == 0);
    work();
    CHECK(is_pending(signal));
    block(SIG_UNBLOCK, signal);
    return caught;
}

static int to_the_process(int signal)
{
    return kill(getpid(), signal);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = SIG_DFL}, seen;
    int unwanted = argc > 1 && strcmp(argv[1], "limit") == 0 ? SIGXFSZ : SIGPIPE;
    CHECK(sigaction(unwanted, &action, NULL) == 0);
    /* Not stdio: its first write would have to wait until the limit is gone. */
    char out[512];
    int length = 0;

    surround(unwanted);
    work();
    length += sprintf(out + length, "by default: the program lives\n");

    action.sa_handler = SIG_IGN;
    CHECK(sigaction(unwanted, &action, NULL) == 0);
    work();
    CHECK(sigaction(unwanted, NULL, &seen) == 0);
    length += sprintf(out + length, "ignored: %s\n", seen.sa_handler == SIG_IGN ? "and still is" : "no more");

    action.sa_handler = count;
    CHECK(sigaction(unwanted, &action, NULL) == 0);
    work();
    length += sprintf(out + length, "with a handler: it ran %d times\n", (int)caught);

    block(SIG_BLOCK, unwanted);
    work();
    length += sprintf(out + length, "blocked: %s\n", is_pending(unwanted) ? "pending" : "not pending");
    block(SIG_UNBLOCK, unwanted);

    length += sprintf(out + length, "sent to the thread: %d\n", delivered_after_work(unwanted, raise));
    length += sprintf(out + length, "sent to the process: %d\n", delivered_after_work(unwanted, to_the_process));

    /* The report at the end meets the default action once more. */
    action.sa_handler = SIG_DFL;
    CHECK(sigaction(unwanted, &action, NULL) == 0);
    leave_behind();
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(write(STDOUT_FILENO, out, (size_t)length) == length);
    limit.rlim_cur = before;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    return 3;
}
