/* The last page of the lecture as a program: a child inherits what is attached, exec and exit detach it, and nothing of
   this destroys the segment. nattch is printed and checked at each step; pipes and waitpid tell when a child has come
   far enough. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static int shmid;

static void show(const char *when, unsigned long wanted)
{
    struct shmid_ds segment;
    CHECK(shmctl(shmid, IPC_STAT, &segment) == 0);
    printf("%s: nattch %lu\n", when, (unsigned long)segment.shm_nattch);
    CHECK(segment.shm_nattch == wanted);
}

static void tell(int writer)
{
    CHECK(write(writer, "", 1) == 1);
}

static void hear(int reader)
{
    char byte;
    CHECK(read(reader, &byte, 1) == 1);
}

static void await_end(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What the first child becomes by exec: says that it runs, and ends when it is told to. */
static int after_exec(char **argv)
{
    tell(atoi(argv[2]));
    hear(atoi(argv[1]));
    return 0;
}

int main(int argc, char **argv)
{
    int down[2], up[2];
    char reader[16], writer[16];
    if (argc == 3)
        return after_exec(argv);
    /* Line by line, so that a child has nothing of ours left to write. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    CHECK(pipe(down) == 0 && pipe(up) == 0);
    snprintf(reader, sizeof reader, "%d", down[0]);
    snprintf(writer, sizeof writer, "%d", up[1]);

    CHECK((shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)) != -1);
    show("created", 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    show("attached", 1);

    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        strcpy(memory, "written by the child");
        tell(up[1]);
        hear(down[0]);
        execl(argv[0], argv[0], reader, writer, (char *)NULL);
        CHECK(!"exec");
    }
    hear(up[0]);
    show("a child was forked", 2);
    printf("the parent reads: %s\n", memory);
    tell(down[1]);
    hear(up[0]);
    show("the child called exec", 1);
    tell(down[1]);
    await_end(child);
    show("and ended", 1);

    CHECK((child = fork()) != -1);
    if (child == 0) {
        tell(up[1]);
        hear(down[0]);
        exit(0);
    }
    hear(up[0]);
    show("another was forked", 2);
    tell(down[1]);
    await_end(child);
    show("it called exit without shmdt", 1);

    CHECK(shmdt(memory) == 0);
    show("detached", 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(shmid, IPC_STAT, &(struct shmid_ds){0}) == -1 && errno == EINVAL);
    puts("removed: the id names nothing");
    return 0;
}
