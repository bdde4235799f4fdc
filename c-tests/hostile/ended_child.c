/* Leaves two segments behind; its child has ended by then, and nobody has waited for it. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    CHECK(shmget(0x73680009, 100, IPC_CREAT | 0600) >= 0);
    CHECK(shmget(IPC_PRIVATE, 50, 0600) >= 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0)
        _exit(0);
    siginfo_t ended;
    CHECK(waitid(P_PID, child, &ended, WEXITED | WNOWAIT) == 0);
    puts("the child ended");
    return 3;
}
