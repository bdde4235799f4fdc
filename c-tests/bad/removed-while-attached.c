/* Removes a segment that a child has attached too. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600), end[2];
    char byte;
    CHECK(shmat(shmid, NULL, 0) != (void *)-1);
    CHECK(pipe(end) == 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        close(end[1]);
        _exit(read(end[0], &byte, 1) != 0);
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    close(end[1]);
    CHECK(waitpid(child, NULL, 0) == child);
    return 0;
}
