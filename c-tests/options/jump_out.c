/* Leaves its calls by siglongjmp from a signal handler, in one child after the other, each at another moment. No child may
   have a descriptor open then that it did not have before. */
#include "../support/work.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { CHILDREN = 300, DESCRIPTORS = 64, STEP_US = 7 };

static sigjmp_buf out;

static void leave(int signal)
{
    (void)signal;
    siglongjmp(out, 1);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        count += fcntl(descriptor, F_GETFD) != -1;
    return count;
}

/* How many more descriptors there are after a call was left. */
static int jump(int child)
{
    struct itimerval soon = {.it_value = {.tv_usec = 100 + child * STEP_US}};
    int before = open_descriptors();
    signal(SIGALRM, leave);
    if (sigsetjmp(out, 1) == 0) {
        CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
        for (;;)
            shmget(ABSENT_KEY, 1, 0);
    }
    return open_descriptors() - before;
}

int main(void)
{
    int strangers = 0;
    for (int number = 0; number < CHILDREN; number++) {
        int status;
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0)
            _exit(jump(number));
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        strangers += WEXITSTATUS(status);
    }
    printf("%d strange descriptors\n", strangers);
    return 3;
}
