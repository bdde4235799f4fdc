/* Is started behind a seccomp filter that keeps System V shared memory away, as a container's may. */
#include "../support/filter.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct shmid_ds status;
    if (argc == 1) {
        refuse_shared_memory(ENOSYS);
        execl("/proc/self/exe", argv[0], "behind it", (char *) NULL);
        return 1;
    }
    CHECK(shmget(IPC_PRIVATE, 4096, 0600) == -1 && errno == ENOSYS);
    CHECK(shmat(0, NULL, 0) == (void *) -1 && errno == ENOSYS);
    CHECK(shmdt(&status) == -1 && errno == ENOSYS);
    CHECK(shmctl(0, IPC_STAT, &status) == -1 && errno == ENOSYS);
    return 0;
}
