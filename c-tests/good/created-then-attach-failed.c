/* A shmat that fails is no leak where the segment is removed on the way out, and none that could not be used where the
   next shmat succeeds. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int removed = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(removed >= 0);
    CHECK(shmat(removed, (void *) 1, 0) == (void *) -1);
    CHECK(shmctl(removed, IPC_RMID, NULL) == 0);

    int used = shmget((key_t) 0x73680002, 4096, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(used >= 0);
    CHECK(shmat(used, (void *) 1, 0) == (void *) -1);
    char *memory = shmat(used, NULL, 0);
    CHECK(memory != (void *) -1);
    CHECK(shmdt(memory) == 0);
    puts("the second one is left for others");
    return 0;
}
