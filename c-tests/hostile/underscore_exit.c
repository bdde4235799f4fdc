/* underscore_exit now|handler|quick: ends by _exit, with a segment attached and one left behind; by _exit inside an
   atexit handler that was registered before the first call; or by quick_exit. What it wrote and its status stay. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <stdlib.h>

static void end_at_once(void)
{
    fflush(stdout);
    _exit(7);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "now";
    atexit(end_at_once);
    work();
    CHECK(shmat(leave_behind(), NULL, 0) != (void *)-1);
    puts("about to end");
    if (strcmp(how, "handler") == 0)
        exit(1);
    fflush(stdout);
    if (strcmp(how, "quick") == 0)
        quick_exit(8);
    _exit(9);
}
