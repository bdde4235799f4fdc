/* A timer signal comes again and again, and its handler makes the same calls that it interrupts: a lock that the
   interrupted call holds would never be let go. Ends when 300 signals were handled and 300 rounds of work are done. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <signal.h>
#include <sys/time.h>

enum { ENOUGH = 300 };

static volatile sig_atomic_t handled;
static int kept;

static void interrupt(int signal)
{
    int before = errno;
    (void)signal;
    char *memory = shmat(kept, NULL, 0);
    CHECK(memory != (char *)-1);
    CHECK(shmdt(memory) == 0);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    int shmid = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    errno = before;
    handled++;
}

int main(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
    CHECK((kept = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)) >= 0);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    for (int round = 0; round < ENOUGH || handled < ENOUGH; round++)
        work();
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(shmctl(kept, IPC_RMID, NULL) == 0);
    puts("the storm is over");
    return 3;
}
