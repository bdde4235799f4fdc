/* For end_aligned=1: segments that end where their mapping ends. The argument: good (all works as usual, in this process and
 * its children), one (one byte too far, behind what was rounded), shared and key (a segment without a key and with one; this
 * program once more, as another process that is given the id, sees the data where the pages end), known (the same, and it
 * knows that, because the ledger says so: it sees the data where it is). */
#include "../support/check.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1000, ROUNDED = 1008 };

static unsigned long attached(int shmid)
{
    struct shmid_ds status;
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    return status.shm_nattch;
}

static int other(int shmid, int known)
{
    void *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmdt(memory) == 0);
    memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    for (int i = 0; known && i < SIZE; i++)
        CHECK(((char *) memory)[i] == 'x');
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return other(atoi(argv[2]), strcmp(argv[1], "known") == 0);
    CHECK(argc == 2);
    int known = strcmp(argv[1], "known") == 0;
    key_t key = known || strcmp(argv[1], "key") == 0 ? 0x51aa : IPC_PRIVATE;
    int shmid = shmget(key, SIZE, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    if (strcmp(argv[1], "good") == 0) {
        volatile char *again = shmat(shmid, NULL, SHM_RDONLY);
        CHECK(again != (void *) -1 && attached(shmid) == 2);
        for (int i = 0; i < SIZE; i++)
            memory[i] = (char) i;
        CHECK(memcmp((char *) memory, (char *) again, SIZE) == 0);
        int status;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            volatile char *inherited = shmat(shmid, NULL, 0);
            CHECK(inherited != (void *) -1 && inherited[SIZE - 1] == (char) (SIZE - 1));
            inherited[0] = 'c';
            CHECK(shmdt((void *) inherited) == 0 && shmdt((void *) memory) == 0);
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0 && again[0] == 'c');
        CHECK(shmdt((void *) again) == 0 && attached(shmid) == 1);
        CHECK(shmdt((void *) (memory + 1)) == -1 && errno == EINVAL);
    } else if (known || strcmp(argv[1], "shared") == 0 || strcmp(argv[1], "key") == 0) {
        for (int i = 0; i < SIZE; i++)
            memory[i] = 'x';
        char id[16];
        snprintf(id, sizeof id, "%d", shmid);
        int status;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            execl("/proc/self/exe", argv[0], known ? "known" : "other", id, (char *) NULL);
            _exit(127);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    } else if (strcmp(argv[1], "one") == 0) {
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        memory[ROUNDED - 1] = 'x';
        memory[ROUNDED] = 'x';
    }
    CHECK(shmdt((void *) memory) == 0 && attached(shmid) == 0);
    CHECK(shmdt((void *) memory) == -1 && errno == EINVAL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
