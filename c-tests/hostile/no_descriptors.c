/* May open no file at all: RLIMIT_NOFILE is 0, from before its first call, or with "late" as argument after some. */
#include "../support/work.h"
#include <sys/resource.h>

int main(int argc, char **argv)
{
    const struct rlimit none = {0, 0};
    if (argc > 1 && strcmp(argv[1], "late") == 0)
        work();
    CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
    CHECK(dup(0) == -1 && errno == EMFILE);
    work();
    leave_behind();
    puts("worked without descriptors");
    return 3;
}
