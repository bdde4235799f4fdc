/* Signals that the kernel sends by itself and not because of an instruction: whoever returns from their handler does not meet
 * them again. The arguments are a signal and a code of siginfo_t. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmat(shmid, NULL, 0) != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = atoi(argv[1]);
    info.si_code = atoi(argv[2]);
    CHECK(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), info.si_signo, &info) == 0);
    puts("went on");
    return 3;
}
