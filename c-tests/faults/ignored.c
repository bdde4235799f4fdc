/* A program that ignores SIGSEGV attaches a segment and becomes another one by execve(2): that one still ignores it. With the
 * argument "again" it is the other one. */
#include "../support/check.h"
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
    if (argc == 2) {
        struct sigaction action;
        CHECK(sigaction(SIGSEGV, NULL, &action) == 0 && action.sa_handler == SIG_IGN);
        CHECK(sigaction(SIGBUS, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
        puts("still ignored");
        return 3;
    }
    CHECK(signal(SIGSEGV, SIG_IGN) != SIG_ERR);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmat(shmid, NULL, 0) != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(kill(getpid(), SIGSEGV) == 0);
    execl(argv[0], argv[0], "again", NULL);
    CHECK(0);
}
