/* A signal handler that detaches, as programs do that clean up when they are ended. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <signal.h>

static int shmid;
static char *memory;
static volatile sig_atomic_t result = 99, second = 99, removed = 99;

static void clean_up(int signal)
{
    int before = errno;
    (void)signal;
    result = shmdt(memory);
    second = shmdt(memory) == -1 ? errno : 0;
    removed = shmctl(shmid, IPC_RMID, NULL);
    errno = before;
}

int main(void)
{
    struct sigaction action = {.sa_handler = clean_up};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK((shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)) >= 0);
    CHECK((memory = shmat(shmid, NULL, 0)) != (char *)-1);
    errno = UNTOUCHED;
    CHECK(raise(SIGUSR1) == 0);
    CHECK(errno == UNTOUCHED);
    printf("shmdt %d, again errno %d, IPC_RMID %d\n", (int)result, (int)second, (int)removed);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    work();
    return 3;
}
