/* Handlers that call those that were there before them. The argument says what there is: itself (a handler that is installed
 * again after the first attach), ring (with another one in between), later (another one, installed after it). */
#define _GNU_SOURCE
#include "../support/check.h"
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

typedef void action(int, siginfo_t *, void *);

static struct sigaction before_first, before_second;

static void tell(const char *what)
{
    CHECK(write(1, what, strlen(what)) > 0);
}

static void chain(const struct sigaction *before, int number, siginfo_t *info, void *context)
{
    if (before->sa_flags & SA_SIGINFO) {
        before->sa_sigaction(number, info, context);
    } else {
        CHECK(before->sa_handler == SIG_DFL);
        signal(number, SIG_DFL);
    }
}

static void first(int number, siginfo_t *info, void *context)
{
    tell("the first\n");
    chain(&before_first, number, info, context);
}

static void second(int number, siginfo_t *info, void *context)
{
    tell("the second\n");
    chain(&before_second, number, info, context);
}

/* As such handlers do, it does not take itself for one that was there before. */
static void install(action *handler, struct sigaction *before)
{
    struct sigaction action, seen;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    CHECK(sigaction(SIGSEGV, &action, &seen) == 0);
    if (!(seen.sa_flags & SA_SIGINFO) || seen.sa_sigaction != handler) {
        *before = seen;
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    install(first, &before_first);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    if (strcmp(argv[1], "later") != 0) {
        install(first, &before_first);
    }
    if (strcmp(argv[1], "itself") != 0) {
        install(second, &before_second);
    }
    memory[8] = 'x';
    return 3;
}
