/* Says how it was started, then each signal that it gets and from whom; SIGQUIT ends it with status 5. With the argument
   "group", it sends a real-time signal, which is counted, to its process group; with "start", it ends at once. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *sender(const siginfo_t *info)
{
    if (info->si_code > 0)
        return "the kernel";
    return info->si_pid == getppid() ? "the parent" : "somebody";
}

int main(int argc, char **argv)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);

    printf("ignored:");
    for (int number = 1; number < 65; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            printf(" %d", number);
    }
    printf("\nblocked:");
    for (int number = 1; number < 65; number++)
        if (sigismember(&before, number) == 1)
            printf(" %d", number);
    printf("\nopen:");
    for (int descriptor = 0; descriptor < 64; descriptor++)
        if (fcntl(descriptor, F_GETFD) != -1)
            printf(" %d", descriptor);
    printf("\nready\n");
    fflush(stdout);
    alarm(60);

    if (argc > 1 && strcmp(argv[1], "start") == 0)
        return 0;
    if (argc > 1 && strcmp(argv[1], "group") == 0)
        kill(0, SIGRTMIN + 1);
    for (;;) {
        siginfo_t info;
        if (sigwaitinfo(&all, &info) < 0)
            continue;
        const char *name = sigabbrev_np(info.si_signo);
        printf("%s from %s", name ? name : "a real-time signal", sender(&info));
        if (info.si_code == SI_QUEUE)
            printf(" with %d", info.si_value.sival_int);
        printf("\n");
        /* Nobody listens any more, or for too long. */
        if (fflush(stdout) != 0 || (info.si_signo == SIGALRM && info.si_code > 0))
            return 6;
        if (info.si_signo == SIGQUIT)
            return 5;
    }
}
