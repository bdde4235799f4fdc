/* Reads after shmdt, while other things were mapped in between. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/mman.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    CHECK(shmdt((void *) memory) == 0);
    /* Without a guard these would be put where the segment was. */
    for (int i = 0; i < 10; i++) {
        char *other = shmat(shmid, NULL, 0);
        CHECK(other != (void *) -1 && other != memory && (i % 2 == 0 || shmdt(other) == 0));
        CHECK(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return memory[8191];
}
