/* Attaches again and again under a limit, and detaches each time. */
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
    for (int times = 0; times < 20; times++) {
        void *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (void *)-1 && shmdt(memory) == 0);
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
