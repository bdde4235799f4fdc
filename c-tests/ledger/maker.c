/* Does what its arguments say, one after the other, for the tests of the ledger:
 *   ftok PATH PROJECT   a key; private   none; key N   this one
 *   make SIZE           a segment with that key, whose id is printed; again N   the same N times, each removed at once
 *   remove              the one that was made last; attach attaches it
 *   run COMMAND         by the shell, without what this program is preloaded with
 *   fork                the child goes on, and the parent ends when it has ended
 *   exec                the rest is done by this program, executed again
 *   user N              the rest is done as that user
 *   namespace           in a new IPC namespace
 *   await FIFO          goes on when something writes there
 *   kill                by SIGKILL
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int good, const char *what)
{
    if (!good) {
        perror(what);
        exit(9);
    }
}

static int make_segment(key_t key, size_t size)
{
    int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);
    check(id >= 0, "shmget");
    return id;
}

static void fork_and_wait(void)
{
    pid_t child = fork();
    check(child >= 0, "fork");
    if (child > 0) {
        int status;
        check(waitpid(child, &status, 0) == child, "waitpid");
        exit(WIFEXITED(status) ? WEXITSTATUS(status) : 8);
    }
}

static void await(const char *fifo)
{
    char byte;
    int descriptor = open(fifo, O_RDONLY);
    check(descriptor >= 0, fifo);
    while (read(descriptor, &byte, 1) > 0)
        ;
    close(descriptor);
}

int main(int count, char **words)
{
    key_t key = IPC_PRIVATE;
    int id = -1;
    const char *program = words[0];
    for (words++; count > 1 && *words; words++) {
        const char *word = *words;
        if (!strcmp(word, "ftok")) {
            key = ftok(words[1], atoi(words[2]));
            check(key != -1, "ftok");
            words += 2;
        } else if (!strcmp(word, "private")) {
            key = IPC_PRIVATE;
        } else if (!strcmp(word, "key")) {
            key = (key_t)strtol(*++words, NULL, 0);
        } else if (!strcmp(word, "make")) {
            id = make_segment(key, strtoul(*++words, NULL, 0));
            printf("%d\n", id);
            fflush(stdout);
        } else if (!strcmp(word, "again")) {
            for (int left = atoi(*++words); left > 0; left--)
                check(shmctl(make_segment(key, 4096), IPC_RMID, NULL) == 0, "shmctl");
        } else if (!strcmp(word, "remove")) {
            check(shmctl(id, IPC_RMID, NULL) == 0, "shmctl");
        } else if (!strcmp(word, "attach")) {
            check(shmat(id, NULL, 0) != (void *)-1, "shmat");
        } else if (!strcmp(word, "run")) {
            unsetenv("LD_PRELOAD");
            check(system(*++words) == 0, "system");
        } else if (!strcmp(word, "fork")) {
            fork_and_wait();
        } else if (!strcmp(word, "exec")) {
            *words = (char *)program;
            execv("/proc/self/exe", words);
            check(0, "execv");
        } else if (!strcmp(word, "user")) {
            uid_t user = (uid_t)atoi(*++words);
            check(setresuid(user, user, user) == 0, "setresuid");
        } else if (!strcmp(word, "namespace")) {
            check(unshare(CLONE_NEWIPC) == 0, "unshare");
        } else if (!strcmp(word, "await")) {
            await(*++words);
        } else if (!strcmp(word, "kill")) {
            kill(getpid(), SIGKILL);
        } else {
            fprintf(stderr, "maker: what is %s?\n", word);
            return 9;
        }
    }
    return 0;
}
