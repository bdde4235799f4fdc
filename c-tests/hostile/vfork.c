/* A vfork child shares its parent's memory: what it detaches is detached for the parent too. One such child runs this
   program again by exec, one detaches and calls _exit. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <sys/wait.h>

static void await(pid_t child, int wanted)
{
    int status = -1;
    CHECK(child != -1 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == wanted);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        work();
        return 9;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    int shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);

    pid_t child = vfork();
    if (child == 0) {
        execl(argv[0], argv[0], "again", (char *)NULL);
        _exit(98);
    }
    await(child, 9);
    strcpy(memory, "still attached");
    puts(memory);

    child = vfork();
    if (child == 0)
        _exit(shmdt(memory) == 0 ? 0 : 98);
    await(child, 0);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    puts("detached by the child");
    work();
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
