/* with_terminal PROGRAM ARGUMENT...: runs a program whose standard error is a terminal, and copies what it wrote there to
   its own. Exit status: the program's, or 125. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    return 125;
}

int main(int argc, char **argv)
{
    char text[4096];
    ssize_t length;
    int status;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (argc < 2 || master == -1 || grantpt(master) != 0 || unlockpt(master) != 0)
        return fail("posix_openpt");
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal == -1)
        return fail("open");
    pid_t program = fork();
    if (program == -1)
        return fail("fork");
    if (program == 0) {
        dup2(terminal, STDERR_FILENO);
        execvp(argv[1], argv + 1);
        _exit(126);
    }
    close(terminal);
    /* Until nobody has the terminal open: then it fails with EIO. */
    while ((length = read(master, text, sizeof text)) > 0)
        if (write(STDERR_FILENO, text, (size_t)length) != length)
            return fail("write");
    if (waitpid(program, &status, 0) != program)
        return fail("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
