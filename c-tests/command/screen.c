/* A program of a terminal: says when it goes on after a stop, when it is interrupted, and how wide the terminal is; SIGQUIT
   ends it with status 4. */
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t last;

static void note(int number)
{
    last = number;
}

int main(void)
{
    const int numbers[] = {SIGCONT, SIGINT, SIGQUIT, SIGWINCH};
    sigset_t held, before;
    sigemptyset(&held);
    for (int i = 0; i < 4; i++) {
        struct sigaction action = {.sa_handler = note};
        sigaddset(&held, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &held, &before);
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        struct winsize size;
        last = 0;
        sigsuspend(&before);
        if (last == SIGCONT)
            printf("goes on\n");
        if (last == SIGINT)
            printf("interrupted\n");
        if (last == SIGWINCH && ioctl(0, TIOCGWINSZ, &size) == 0)
            printf("%d columns\n", size.ws_col);
        fflush(stdout);
        if (last == SIGQUIT)
            return 4;
    }
}
