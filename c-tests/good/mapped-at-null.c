/* Lets an address be rounded down to another one than NULL. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *room = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED && munmap(room, 4096) == 0);
    char *memory = shmat(shmid, room + 1, SHM_RND);
    CHECK(memory == room);
    CHECK(shmdt(memory) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
