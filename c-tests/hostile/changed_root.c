/* changed_root FOLDER [late]: FOLDER, which is empty, becomes the root before the first call, or after some: no /proc, no
   libraries, no file that a report could be enriched from. Root may do that; others in a user namespace of their own.
   Where that is refused it says so and ends with 77. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <sched.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    if (argc > 2 && strcmp(argv[2], "late") == 0)
        work();
    if (geteuid() != 0 && unshare(CLONE_NEWUSER) != 0) {
        puts("no user namespace");
        return 77;
    }
    if (chroot(argv[1]) != 0 && errno == EPERM) {
        puts("no right to call chroot");
        return 77;
    }
    CHECK(chdir("/") == 0);
    CHECK(access("/proc", F_OK) == -1 && errno == ENOENT);
    work();
    leave_behind();
    puts("worked below another root");
    return 3;
}
