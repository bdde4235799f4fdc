/* Removes each segment once in each process, and asks about one that is gone. A parent and its child both clean up,
   whichever comes first. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void in_a_child_too(int shmid, int parent_first)
{
    int status;
    if (parent_first)
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (!parent_first)
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
}

int main(void)
{
    struct shmid_ds status;
    for (int round = 0; round < 3; round++) {
        int shmid = shmget(IPC_PRIVATE, 4096, 0600);
        CHECK(shmid >= 0);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        CHECK(shmctl(shmid, IPC_STAT, &status) == -1 && errno == EINVAL);
    }
    for (int parent_first = 0; parent_first < 2; parent_first++) {
        int shmid = shmget(IPC_PRIVATE, 4096, 0600);
        void *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (void *)-1);
        in_a_child_too(shmid, parent_first);
        CHECK(shmdt(memory) == 0);
    }
    return 0;
}
