/* A child removes what it made itself, what its parent is done with, and what belongs to a parent that has ended. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void child_removes(int shmid)
{
    int status, own;
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        CHECK((own = shmget(IPC_PRIVATE, 4096, 0600)) >= 0 && shmat(own, NULL, 0) != (void *)-1);
        CHECK(shmctl(own, IPC_RMID, NULL) == 0);
        CHECK(shmat(shmid, NULL, 0) != (void *)-1);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Two generations: the one that made the segment ends, and the one that goes on cleans up. */
static void daemon_removes(void)
{
    int ended[2], done[2];
    char byte;
    CHECK(pipe(ended) == 0 && pipe(done) == 0);
    pid_t maker = fork();
    CHECK(maker != -1);
    if (maker == 0) {
        int shmid = shmget(IPC_PRIVATE, 4096, 0600);
        CHECK(shmat(shmid, NULL, 0) != (void *)-1);
        pid_t daemon = fork();
        CHECK(daemon != -1);
        if (daemon != 0)
            _exit(0);
        close(ended[1]);
        CHECK(read(ended[0], &byte, 1) == 0);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        exit(0);
    }
    CHECK(waitpid(maker, NULL, 0) == maker);
    close(ended[1]);
    close(done[1]);
    CHECK(read(done[0], &byte, 1) == 0);
}

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    void *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    CHECK(shmdt(memory) == 0);
    child_removes(shmid);
    daemon_removes();
    return 0;
}
