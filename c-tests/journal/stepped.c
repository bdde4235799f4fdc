/* stepped BEFORE FIRST STRIDE ROUNDS: a child makes BEFORE calls, and then one that is followed instruction by instruction. In
 * each round it is killed STRIDE instructions later than in the one before, the first time after FIRST. Prints of each
 * child its pid and how many calls had come back to it; ends early when the call came back before the kill. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile long *returned;

static void call(long before)
{
    int shmid = shmget(IPC_PRIVATE, 100, 0600);
    struct shmid_ds status;
    ++*returned;
    for (long count = 0; count <= before; count++) {
        if (count == before) {
            ptrace(PTRACE_TRACEME, 0, NULL, NULL);
            raise(SIGSTOP);
        }
        shmctl(shmid, IPC_STAT, &status);
        ++*returned;
    }
    shmctl(shmid, IPC_RMID, NULL);
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    long before = atol(argv[1]), first = atol(argv[2]), stride = atol(argv[3]), rounds = atol(argv[4]);
    returned = mmap(NULL, sizeof *returned, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (returned == MAP_FAILED)
        return 1;
    for (long round = 0; round < rounds; round++) {
        int status;
        *returned = 0;
        pid_t child = fork();
        if (child == -1)
            return 1;
        if (child == 0)
            call(before);
        if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
            return 1;
        long wanted = *returned + 1, steps = first + round * stride;
        while (steps-- > 0 && *returned < wanted) {
            if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == -1 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
                return 1;
        }
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        printf("%d %ld\n", child, *returned);
        if (*returned >= wanted) {
            puts("back");
            return 0;
        }
    }
    return 0;
}
