/* Every flag that shmat has. SHM_NORESERVE of shmget is the same number as SHM_RDONLY. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0700);
    CHECK(shmid >= 0);
    int flags[] = {0, SHM_RDONLY, SHM_RND, SHM_EXEC, SHM_NORESERVE};
    for (unsigned which = 0; which < sizeof flags / sizeof *flags; which++) {
        char *memory = shmat(shmid, NULL, flags[which]);
        CHECK(memory != (void *)-1 && shmdt(memory) == 0);
    }
    char *room = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED && shmat(shmid, room, SHM_REMAP) == room && shmdt(room) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
