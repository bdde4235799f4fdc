/* Replaces a reservation of its own, then the attachment itself, for other rights. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    char *room = mmap(NULL, 3 * 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    CHECK(shmat(shmid, room + 8192, SHM_REMAP) == room + 8192);
    CHECK(shmat(shmid, room + 8192, SHM_REMAP | SHM_RDONLY) == room + 8192);
    CHECK(shmdt(room + 8192) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    /* Nothing was there, and nothing is lost. */
    CHECK(shmat(shmid, room, SHM_REMAP) == (void *)-1);
    return 0;
}
