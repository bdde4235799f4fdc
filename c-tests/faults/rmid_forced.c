/* With kernel.shm_rmid_forced a segment goes with its last detach, and with an attach that fails while there is no other. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

enum { SIZE = 8192, TIMES = 200 };

int main(void)
{
    int setting = open("/proc/sys/kernel/shm_rmid_forced", O_WRONLY);
    if (setting < 0 || write(setting, "1", 1) != 1) {
        puts("skipped: kernel.shm_rmid_forced may not be set here");
        return 77;
    }
    CHECK(close(setting) == 0);
    /* Something stands wherever the next one might go. */
    int first = shmget(IPC_PRIVATE, SIZE, 0600);
    char *memory = shmat(first, NULL, 0);
    CHECK(memory != (void *) -1);
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    for (int i = 1; i < TIMES; i++)
        mmap(memory + i * 65536L, 4096, PROT_READ, flags, -1, 0);
    for (int i = 0; i < TIMES; i++) {
        struct shmid_ds status;
        int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
        char *attached = shmat(shmid, NULL, 0);
        CHECK(attached != (void *) -1 && shmctl(shmid, IPC_STAT, &status) == 0 && status.shm_nattch == 1);
        attached[0] = 'x';
        CHECK(shmdt(attached) == 0 && shmctl(shmid, IPC_STAT, &status) == -1 && errno == EINVAL);
    }
    memory[SIZE - 1] = 'y';
    CHECK(shmdt(memory) == 0 && shmctl(first, IPC_RMID, NULL) == -1 && errno == EINVAL);
    return 3;
}
