/* Children that wait for a segment which nobody makes, until a handler of SIGALRM jumps out of the wait: most likely in the
 * middle of a shmget. Each leaves a segment of its own behind, which the parent removes. */
#include "../support/check.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { CHILDREN = 20, SIZE = 77 };

static sigjmp_buf back;

static void time_is_over(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

static int wait_in_vain(int pipe)
{
    const struct itimerval soon = {.it_value.tv_usec = 5000};
    CHECK(signal(SIGALRM, time_is_over) != SIG_ERR);
    if (sigsetjmp(back, 1) == 0) {
        CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
        while (shmget(0x7368000a, 0, 0) < 0)
            ;
    }
    int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(shmid >= 0 && write(pipe, &shmid, sizeof shmid) == sizeof shmid);
    return 0;
}

int main(void)
{
    for (int i = 0; i < CHILDREN; i++) {
        int ends[2], status, shmid;
        CHECK(pipe(ends) == 0);
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0)
            return wait_in_vain(ends[1]);
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(read(ends[0], &shmid, sizeof shmid) == sizeof shmid && shmctl(shmid, IPC_RMID, NULL) == 0);
        close(ends[0]);
        close(ends[1]);
    }
    printf("%d waited in vain\n", CHILDREN);
    return 3;
}
