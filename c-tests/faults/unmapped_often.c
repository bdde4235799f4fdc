/* Attaches a segment more often than the sanitizer keeps track of, each time unmaps it by munmap, and leaves a segment. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

enum { PAGE = 4096, TIMES = 70000 };

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, PAGE, 0600);
    CHECK(shmid >= 0);
    for (int i = 0; i < TIMES; i++) {
        void *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (void *)-1 && munmap(memory, PAGE) == 0);
    }
    void *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1 && shmdt(memory) == 0);
    return 0;
}
