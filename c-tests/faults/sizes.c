/* Attaches segments of the sizes that are given and touches each in its pages and on both sides of them: in a child each
 * time, whose end is told. */
#include "../support/check.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static void touch(volatile char *byte, int expected)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        *byte = 'x';
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(expected == 0 ? WIFEXITED(status) && WEXITSTATUS(status) == 0
                        : WIFSIGNALED(status) && WTERMSIG(status) == expected);
}

int main(int argc, char **argv)
{
    long page = sysconf(_SC_PAGESIZE);
    for (int i = 1; i < argc; i++) {
        long size = atol(argv[i]), pages = (size + page - 1) / page * page;
        int shmid = shmget(IPC_PRIVATE, size, SHM_NORESERVE | 0600);
        CHECK(shmid >= 0);
        volatile char *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
        touch(memory, 0);
        touch(memory + size - 1, 0);
        touch(memory + pages, SIGSEGV);
        touch(memory + pages + 8 * page - 1, SIGSEGV);
        touch(memory - 1, SIGSEGV);
        touch(memory - 8 * page, SIGSEGV);
        CHECK(shmdt((void *) memory) == 0);
        touch(memory, SIGSEGV);
    }
    puts("all of them are guarded");
    return 3;
}
