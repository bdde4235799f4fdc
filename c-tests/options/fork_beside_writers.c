/* Forks again and again while other threads call. No child may find a descriptor open that its parent's main thread does
   not know of, unless the fork waited in vain: on a busy machine whoever reads a large file of debug information may hold the
   shim's lock for longer than a fork waits for it. */
#define _GNU_SOURCE
#include "../support/workers.h"
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

enum { FORKS = 400, DESCRIPTORS = 64 };

/* In seconds, a little less than the shim has. */
#define PATIENCE 0.9

static int known[DESCRIPTORS];

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static int is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) != -1;
}

int main(void)
{
    int strangers = 0;
    for (int descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        known[descriptor] = is_open(descriptor);
    start_workers();
    for (int time = 0; time < FORKS; time++) {
        double began = seconds();
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0) {
            int unknown = 0;
            for (int descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
                unknown += is_open(descriptor) && !known[descriptor];
            _exit(unknown);
        }
        int status, waited_in_vain = seconds() - began > PATIENCE;
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        if (!waited_in_vain)
            strangers += WEXITSTATUS(status);
    }
    end_workers();
    printf("%d strange descriptors\n", strangers);
    return 3;
}
