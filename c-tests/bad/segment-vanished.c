/* Another process removes the segment before it is attached. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(syscall(SYS_shmctl, shmid, IPC_RMID, NULL) == 0 ? 0 : 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(shmat(shmid, NULL, 0) == (void *) -1 && errno == EINVAL);
    return 0;
}
