/* reuse_descriptors FILE [now|late|standing]: closes every descriptor and opens its own FILE so often that each number
   below 64 means this file; with "late" after some calls, with "standing" it only opens FILE at whatever descriptor is
   free. The file must hold nothing but the program's own two lines, and is as long as they are when it ends. */
#define _GNU_SOURCE
#include "../support/close_all.h"
#include "../support/work.h"
#include <fcntl.h>
#include <stdlib.h>

enum { DESCRIPTORS = 64 };

static int own;

static void take_all(const char *file)
{
    close_all();
    own = open(file, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (own != 0)
        _exit(98);
    for (int descriptor = 1; descriptor < DESCRIPTORS; descriptor++)
        if (dup(own) != descriptor)
            _exit(98);
}

static void say(const char *line)
{
    /* Not CHECK: its words would go into the very file. */
    if (write(own, line, strlen(line)) != (ssize_t)strlen(line))
        _exit(97);
}

int main(int argc, char **argv)
{
    const char *when = argc > 2 ? argv[2] : "now";
    if (argc < 2)
        return 2;
    if (strcmp(when, "late") == 0)
        work();
    if (strcmp(when, "standing") == 0)
        own = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0644);
    else
        take_all(argv[1]);
    say("first\n");
    work();
    say("second\n");
    leave_behind();
    return own == STDERR_FILENO ? 22 : 7;
}
