/* The program's handlers, installed before the first attach, get each signal as if nobody stood before them. The argument
 * says how it is installed: info, plain, once, ignored, none. The second: fault, or sent. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <ucontext.h>
#include <unistd.h>

static volatile char *memory;
static volatile int sent;

static void tell(const char *what)
{
    CHECK(write(1, what, strlen(what)) > 0);
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    CHECK(signal == SIGSEGV && context != NULL);
    if (sent) {
        CHECK(info->si_code == SI_QUEUE && info->si_value.sival_int == 4711 && info->si_pid == getpid());
    } else {
        CHECK(info->si_code == SEGV_ACCERR && info->si_addr == (void *) (memory + 8));
    }
    sigset_t mask;
    CHECK(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
    CHECK(sigismember(&mask, SIGUSR1) == 1 && sigismember(&mask, SIGSEGV) == 1 && sigismember(&mask, SIGUSR2) == 0);
    tell("handled with its info\n");
    _exit(42);
}

static void on_plain_signal(int signal)
{
    CHECK(signal == SIGSEGV);
    tell("handled\n");
    _exit(43);
}

static void on_first_signal(int signal)
{
    CHECK(signal == SIGSEGV);
    tell("handled once\n");
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigaddset(&action.sa_mask, SIGUSR1);
    if (strcmp(argv[1], "info") == 0) {
        action.sa_sigaction = on_signal;
        action.sa_flags = SA_SIGINFO;
    } else if (strcmp(argv[1], "plain") == 0) {
        action.sa_handler = on_plain_signal;
    } else if (strcmp(argv[1], "once") == 0) {
        action.sa_handler = on_first_signal;
        action.sa_flags = SA_RESETHAND;
    } else if (strcmp(argv[1], "ignored") == 0) {
        action.sa_handler = SIG_IGN;
    } else {
        action.sa_handler = SIG_DFL;
    }
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);

    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    if (strcmp(argv[2], "sent") == 0) {
        sent = 1;
        CHECK(sigqueue(getpid(), SIGSEGV, (union sigval) { .sival_int = 4711 }) == 0);
        tell("went on\n");
        CHECK(sigqueue(getpid(), SIGSEGV, (union sigval) { .sival_int = 4711 }) == 0);
        tell("went on again\n");
        return 3;
    }
    memory[8] = 'x';
    return 3;
}
