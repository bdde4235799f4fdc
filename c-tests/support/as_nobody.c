/* as_nobody PROGRAM ARGUMENT...: runs a program as user and group 65534 without further groups. Only root can.
   Exit status: the program's; 125 where the user could not be changed, 126 where the program could not be run. */
#define _GNU_SOURCE
#include <grp.h>
#include <stdio.h>
#include <unistd.h>

enum { NOBODY = 65534 };

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: as_nobody PROGRAM ARGUMENT...\n");
        return 125;
    }
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0) {
        perror("as_nobody");
        return 125;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 126;
}
