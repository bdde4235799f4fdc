/* Splits an attachment by its rights alone; and forks a child that does not get it. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 3 * 4096, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0), *other = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1 && other != (void *)-1);
    CHECK(mprotect(memory + 4096, 4096, PROT_READ) == 0);
    CHECK(madvise(other, 3 * 4096, MADV_DONTFORK) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child != 0) {
        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(shmdt(memory) == 0 && shmdt(other) == 0);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    }
    return 0;
}
