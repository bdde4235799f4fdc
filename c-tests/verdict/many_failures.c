/* Fails thousands of times on purpose, as test suites do: shmdt of what is not attached, at one place and at many
   addresses, and the other calls too. Prints nothing; `many_failures FILE` writes how many nanoseconds of processor time a
   call took into a file. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

enum { DETACHES = 7000, OTHERS = 500, CALLS = DETACHES + 4 * OTHERS };

static long long now(void)
{
    struct timespec time;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
    static char memory[1 << 16];
    struct shmid_ds status;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    long long begin = now();
    for (int round = 0; round < DETACHES; round++)
        CHECK(shmdt(memory + round) == -1 && errno == EINVAL);
    for (int round = 0; round < OTHERS; round++) {
        CHECK(shmat(shmid, NULL, 0) == (void *)-1 && errno == EINVAL);
        CHECK(shmctl(shmid, SHM_LOCK, NULL) == -1 && errno == EINVAL);
        CHECK(shmctl(shmid, IPC_STAT, &status) == -1 && errno == EINVAL);
        CHECK(ftok("/no/such/file", 'A') == -1 && errno == ENOENT);
    }
    long long nanoseconds = (now() - begin) / CALLS;
    if (argc > 1) {
        FILE *file = fopen(argv[1], "w");
        CHECK(file != NULL && fprintf(file, "%lld\n", nanoseconds) > 0 && fclose(file) == 0);
    }
    return 0;
}
