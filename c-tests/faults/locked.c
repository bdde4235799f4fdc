/* All that is mapped is locked in memory (mlockall), before the first attach or after it, by a user who may lock little. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <unistd.h>

enum { SIZE = 16384, TIMES = 100, MUCH = 3 << 20 };

static char *attach(int shmid)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    memory[0] = 'x';
    return memory;
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    limit.rlim_cur = 6 << 20;
    if (limit.rlim_max < limit.rlim_cur) {
        puts("skipped: too little may be locked in memory here");
        return 77;
    }
    CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    CHECK(getuid() != 0 || setuid(65534) == 0);
    int shmid = shmget(IPC_PRIVATE, SIZE, 0600), flags = MCL_FUTURE | (strcmp(argv[2], "onfault") == 0 ? MCL_ONFAULT : 0);
    CHECK(shmid >= 0);
    if (strcmp(argv[1], "late") == 0)
        CHECK(shmdt(attach(shmid)) == 0);
    CHECK(mlockall(flags) == 0);
    char *kept[TIMES];
    for (int i = 0; i < TIMES; i++)
        kept[i] = attach(shmid);
    for (int i = 0; i < TIMES; i++)
        CHECK(shmdt(kept[i]) == 0);
    for (int i = 0; i < 1000; i++)
        CHECK(shmdt(attach(shmid)) == 0);
    /* As much as ever can be locked: nothing was kept back. */
    void *rest = mmap(NULL, MUCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(rest != MAP_FAILED && munmap(rest, MUCH) == 0);
    /* No more room at all: the attach fails as it would. */
    limit.rlim_cur = 4096;
    CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    CHECK(shmat(shmid, NULL, 0) == (void *) -1 && errno == EAGAIN);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
