/* What the program maps where a segment was, by MAP_FIXED, stays as it is, however many segments are attached later. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

enum { SIZE = 8192, TIMES = 300 };

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    CHECK(shmid >= 0);
    void *was = shmat(shmid, NULL, 0);
    CHECK(was != (void *) -1 && shmdt(was) == 0);
    int *own = mmap(was, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(own == was);
    *own = 42;
    /* Kept free for something that comes later. */
    char *other = shmat(shmid, NULL, 0);
    CHECK(other != (void *) -1 && shmdt(other) == 0);
    CHECK(mmap(other, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == other);
    for (int i = 0; i < TIMES; i++) {
        void *attached = shmat(shmid, NULL, 0);
        CHECK(attached != (void *) -1 && shmdt(attached) == 0);
    }
    CHECK(shmat(shmid, other, 0) == (void *) -1 && errno == EINVAL);
    CHECK(mprotect(other, SIZE, PROT_READ | PROT_WRITE) == 0 && other[0] == 0);
    other[0] = 'y';
    CHECK(*own == 42 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
