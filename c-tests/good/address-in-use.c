/* Asks for an address that it has just freed; and takes the place of a reservation of its own. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    char *room = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    CHECK(shmat(shmid, room, SHM_REMAP) == room);
    CHECK(shmdt(room) == 0);
    CHECK(shmat(shmid, room, 0) == room);
    CHECK(shmdt(room) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
