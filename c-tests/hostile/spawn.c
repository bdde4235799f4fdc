/* Runs itself by posix_spawn, with a segment attached. The new program knows nothing of it, works, and leaves a segment
   of its own behind; the parent removes both. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv)
{
    if (argc > 1) {
        work();
        leave_behind();
        return 9;
    }
    int status;
    pid_t child;
    int shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    char *arguments[] = {argv[0], "again", NULL};
    CHECK(posix_spawn(&child, argv[0], NULL, NULL, arguments, environ) == 0);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 9);
    CHECK(shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(leave_behind(), IPC_RMID, NULL) == 0);
    puts("the spawned program ended");
    return 3;
}
