/* with_stderr gone|full|unread PROGRAM ARGUMENT...: runs a program whose standard error is a pipe that nobody reads any
   more (gone), that is full and stays so (full), or that takes one page and is never read (unread).
   Exit status: the program's, or 125; a program that a signal ended makes this one end by the same signal. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    return 125;
}

/* Writes until the pipe takes no more. */
static int fill(int writer)
{
    char filler[4096];
    memset(filler, '.', sizeof filler);
    int flags = fcntl(writer, F_GETFL);
    if (flags == -1 || fcntl(writer, F_SETFL, flags | O_NONBLOCK) == -1)
        return -1;
    for (size_t size = sizeof filler; size > 0; size /= 2)
        while (write(writer, filler, size) > 0)
            ;
    return errno == EAGAIN ? fcntl(writer, F_SETFL, flags) : -1;
}

static int end_as(int status)
{
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 125;
}

int main(int argc, char **argv)
{
    int ends[2];
    if (argc < 3)
        return fail("usage: with_stderr gone|full|unread PROGRAM ARGUMENT...");
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[1], F_SETPIPE_SZ, 4096) == -1)
        return fail("pipe");
    if (strcmp(argv[1], "gone") == 0)
        close(ends[0]);
    else if (strcmp(argv[1], "full") == 0 && fill(ends[1]) != 0)
        return fail("fill");

    /* This process keeps the reading end, and with it the pipe, as long as the program lives. */
    pid_t program = fork();
    if (program == -1)
        return fail("fork");
    if (program == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int own = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        dup2(ends[1], STDERR_FILENO);
        execvp(argv[2], argv + 2);
        dprintf(own, "%s: %s\n", argv[2], strerror(errno));
        _exit(126);
    }
    close(ends[1]);
    int status;
    if (waitpid(program, &status, 0) != program)
        return fail("waitpid");
    return end_as(status);
}
