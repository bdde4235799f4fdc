/* Closes every descriptor, as daemons do: at once, or with "late" as argument after some calls. Nobody can hear it after
   that, so only its exit status tells that it came through: 7. */
#define _GNU_SOURCE
#include "../support/close_all.h"
#include "../support/work.h"

int main(int argc, char **argv)
{
    int late = argc > 1 && strcmp(argv[1], "late") == 0;
    if (late)
        work();
    close_all();
    work();
    /* Whatever the work needed, it left no descriptor open. */
    for (int descriptor = 0; descriptor < 100; descriptor++)
        CHECK(dup(descriptor) == -1 && errno == EBADF);
    leave_behind();
    return 7;
}
