/* Forks again and again while other threads call. No child may find a descriptor open that its parent's main thread does
   not know of. */
#define _GNU_SOURCE
#include "../support/workers.h"
#include <fcntl.h>
#include <sys/wait.h>

enum { FORKS = 400, DESCRIPTORS = 64 };

static int known[DESCRIPTORS];

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
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0) {
            int unknown = 0;
            for (int descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
                unknown += is_open(descriptor) && !known[descriptor];
            _exit(unknown);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        strangers += WEXITSTATUS(status);
    }
    end_workers();
    printf("%d strange descriptors\n", strangers);
    return 3;
}
