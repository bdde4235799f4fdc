/* A tree of processes: tree WHAT. Nothing here removes what it should, unless it says so. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static int make(key_t key)
{
    return shmget(key, 300, IPC_CREAT | 0600);
}

/* Nobody's: not even created for long. */
static void removed(void)
{
    shmctl(make(IPC_PRIVATE), IPC_RMID, NULL);
}

/* A child makes it and is killed. */
static void killed_child(key_t key)
{
    pid_t child = fork();
    if (child == 0) {
        make(key);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
}

/* Three children leave one each, from one line. */
static void three(void)
{
    for (int count = 0; count < 3; count++)
        if (fork() == 0)
            _exit(make(IPC_PRIVATE) == -1);
    while (wait(NULL) != -1)
        ;
}

/* The parent calls first, and what it leaves is made last. */
static void by_turns(void)
{
    removed();
    if (fork() == 0)
        _exit(make(IPC_PRIVATE) == -1);
    wait(NULL);
    make(IPC_PRIVATE);
}

/* A child of vfork makes one, in the memory of its parent, which has called before. */
static void vforked(void)
{
    removed();
    if (vfork() == 0)
        _exit(make(IPC_PRIVATE) == -1);
    wait(NULL);
}

/* A writer leaves it, a reader of the same run removes it. */
static void handed_over(void)
{
    int status;
    if (fork() == 0)
        exit(make(0x5152) == -1);
    wait(&status);
    shmctl(shmget(0x5152, 0, 0), IPC_RMID, NULL);
}

/* A daemon keeps what it made; it ends by itself after a while. */
static void daemon_keeps(void)
{
    int ready[2];
    char byte;
    if (pipe(ready) != 0)
        exit(1);
    if (fork() == 0) {
        setsid();
        close(ready[0]);
        for (int descriptor = 0; descriptor < 3; descriptor++)
            close(descriptor);
        make(0x5153);
        if (write(ready[1], "x", 1) == 1) {
            alarm(20);
            pause();
        }
        _exit(1);
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        exit(1);
}

/* Removed by somebody who is not seen. */
static void vanished(void)
{
    char command[64];
    int shmid = shmget(IPC_PRIVATE, 300, 0600);
    snprintf(command, sizeof command, "LD_PRELOAD= ipcrm -m %d", shmid);
    if (system(command) != 0)
        exit(77);
}

/* Made, and not to be attached. */
static void refused(void)
{
    int shmid = make(IPC_PRIVATE);
    if (shmat(shmid, (void *) 1, 0) == (void *) -1)
        exit(0);
}

/* A worker that calls nothing itself uses what its parent attached, and dies of what it does; its parent waits. */
static void dying_worker(void work(char *memory))
{
    int status;
    int shmid = make(IPC_PRIVATE);
    char *memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1)
        exit(1);
    pid_t child = fork();
    if (child == 0) {
        work(memory);
        _exit(0);
    }
    waitpid(child, &status, 0);
    if (shmdt(memory) == -1 || shmctl(shmid, IPC_RMID, NULL) == -1 || !WIFSIGNALED(status))
        exit(1);
}

static void write_past_the_end(char *memory)
{
    memset(memory, 'x', 4097);
}

/* After it was seen. */
static void end_by_sigkill(char *memory)
{
    (void) memory;
    sleep(1);
    raise(SIGKILL);
}

/* A worker that attached nothing itself goes on without its parent, and is killed: as it is, after it has detached, or after an exec. */
static void orphan_killed(const char *program, const char *before)
{
    int parent[2];
    char byte;
    int shmid = make(IPC_PRIVATE);
    char *memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1 || pipe(parent) != 0)
        exit(1);
    if (fork() == 0) {
        close(parent[1]);
        if (read(parent[0], &byte, 1) != 0)
            exit(1);
        if (strcmp(before, "detach") == 0)
            shmdt(memory);
        if (strcmp(before, "exec") == 0)
            execl(program, program, "kill-yourself", (char *) NULL);
        raise(SIGKILL);
    }
    /* What comes after the fork is not the worker's. */
    if (strcmp(before, "detach") == 0 && shmat(shmid, NULL, 0) == (void *) -1)
        exit(1);
    shmctl(shmid, IPC_RMID, NULL);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "killed") == 0)
        killed_child(0x5154);
    else if (strcmp(what, "killed-private") == 0)
        killed_child(IPC_PRIVATE);
    else if (strcmp(what, "three") == 0)
        three();
    else if (strcmp(what, "by-turns") == 0)
        by_turns();
    else if (strcmp(what, "vforked") == 0)
        vforked();
    else if (strcmp(what, "handed-over") == 0)
        handed_over();
    else if (strcmp(what, "removed") == 0)
        removed();
    else if (strcmp(what, "daemon") == 0)
        daemon_keeps();
    else if (strcmp(what, "vanished") == 0)
        vanished();
    else if (strcmp(what, "worker-overflows") == 0)
        dying_worker(write_past_the_end);
    else if (strcmp(what, "orphan-killed") == 0)
        orphan_killed(argv[0], argc > 2 ? argv[2] : "");
    else if (strcmp(what, "worker-killed") == 0)
        dying_worker(end_by_sigkill);
    else if (strcmp(what, "kill-yourself") == 0)
        raise(SIGKILL);
    else if (strcmp(what, "refused") == 0)
        refused();
    else
        return 2;
    return 0;
}
