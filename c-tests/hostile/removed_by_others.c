/* Makes more segments than are ever kept track of, and another process removes each; then leaves one behind. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { MANY = 33000, LEFT = 77 };

static void remove_each(int from, int to)
{
    int shmid;
    while (read(from, &shmid, sizeof shmid) == sizeof shmid) {
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        CHECK(write(to, "", 1) == 1);
    }
}

int main(void)
{
    int segments[2], answers[2];
    char answer;
    CHECK(pipe(segments) == 0 && pipe(answers) == 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        close(segments[1]);
        remove_each(segments[0], answers[1]);
        _exit(0);
    }
    for (int time = 0; time < MANY; time++) {
        int shmid = shmget(IPC_PRIVATE, 1, 0600);
        CHECK(shmid >= 0);
        CHECK(write(segments[1], &shmid, sizeof shmid) == sizeof shmid);
        CHECK(read(answers[0], &answer, 1) == 1);
    }
    close(segments[1]);
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(shmget(IPC_PRIVATE, LEFT, 0600) >= 0);
    puts("one is left behind");
    return 3;
}
