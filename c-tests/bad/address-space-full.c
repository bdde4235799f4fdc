/* Attaches again and again, and never detaches, under a limit; then asks for an address that no program has. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>

#define SIZE ((size_t)1 << 30)

int main(void)
{
    struct rlimit limit = {(rlim_t)8 << 30, RLIM_INFINITY};
    int shmid = shmget(IPC_PRIVATE, SIZE, 0600 | SHM_NORESERVE);
    CHECK(shmid >= 0 && setrlimit(RLIMIT_AS, &limit) == 0);
    void *memory;
    do {
        memory = shmat(shmid, NULL, 0);
    } while (memory != (void *)-1);
    CHECK(errno == ENOMEM);
    limit.rlim_cur = RLIM_INFINITY;
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    CHECK(shmat(shmid, (void *)0xff00000000000000, 0) == (void *)-1 && errno == ENOMEM);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
