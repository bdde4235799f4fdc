/* One thread, _Fork, and a child that ends with exit: it runs what its parent registered for the end, but the segments
   are its parent's. The parent leaves one behind, and is the only one to be told so:
   it tells its pid on standard error. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#if defined __GLIBC__ && !__GLIBC_PREREQ(2, 34)
#define _Fork() ((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))
#endif

int main(void)
{
    int status;
    leave_behind();
    pid_t child = _Fork();
    CHECK(child != -1);
    if (child == 0) {
        work();
        exit(5);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    dprintf(STDERR_FILENO, "  the parent is %d\n", (int)getpid());
    puts("the child ended");
    return 3;
}
