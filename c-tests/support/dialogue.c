/* dialogue COLUMNS QUESTION SCRIPT ANSWER PROGRAM ARGUMENT...: runs a program on a terminal with so many columns and copies
   what it writes. When it has written QUESTION, SCRIPT is run by the shell, then ANSWER is typed.
   Exit status: the program's, or 125. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    return 125;
}

int main(int argc, char **argv)
{
    static char text[1 << 20];
    size_t length = 0;
    ssize_t got;
    int status, asked = 0;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (argc < 6 || master == -1 || grantpt(master) != 0 || unlockpt(master) != 0)
        return fail("posix_openpt");
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)atoi(argv[1])};
    if (terminal == -1 || ioctl(terminal, TIOCSWINSZ, &size) != 0)
        return fail("open");
    pid_t program = fork();
    if (program == -1)
        return fail("fork");
    if (program == 0) {
        for (int descriptor = 0; descriptor < 3; descriptor++)
            dup2(terminal, descriptor);
        execvp(argv[5], argv + 5);
        _exit(126);
    }
    close(terminal);
    /* Until nobody has the terminal open: then it fails with EIO. */
    while (length < sizeof text - 1 && (got = read(master, text + length, sizeof text - 1 - length)) > 0) {
        if (write(STDOUT_FILENO, text + length, (size_t)got) != got)
            return fail("write");
        length += (size_t)got;
        if (!asked && argv[2][0] != '\0' && strstr(text, argv[2]) != NULL) {
            asked = 1;
            if (system(argv[3]) != 0)
                return fail(argv[3]);
            if (dprintf(master, "%s\n", argv[4]) < 0)
                return fail("dprintf");
        }
    }
    if (waitpid(program, &status, 0) != program)
        return fail("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
