/* With kernel.shm_rmid_forced an attach that fails ends a segment that nobody else has: what is tried after it finds none. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <unistd.h>

enum { SMALL = 4096, LARGE = 1 << 29 };

int main(void)
{
    int setting = open("/proc/sys/kernel/shm_rmid_forced", O_WRONLY);
    int small = shmget(IPC_PRIVATE, SMALL, 0600), large = shmget(IPC_PRIVATE, LARGE, 0600);
    char *memory = shmat(small, NULL, 0);
    CHECK(memory != (void *) -1);
    if (setting < 0 || write(setting, "1", 1) != 1) {
        shmctl(small, IPC_RMID, NULL);
        shmctl(large, IPC_RMID, NULL);
        puts("skipped: kernel.shm_rmid_forced may not be set here");
        return 77;
    }
    struct rlimit limit = {LARGE, LARGE};
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    errno = 0;
    CHECK(shmat(large, NULL, 0) == (void *) -1 && errno == ENOMEM);
    errno = 0;
    CHECK(shmat(large, NULL, 0) == (void *) -1 && errno == EINVAL);
    CHECK(shmdt(memory) == 0 && shmctl(small, IPC_RMID, NULL) == -1 && errno == EINVAL);
    return 3;
}
