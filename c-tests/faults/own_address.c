/* Detaches a segment and attaches another one at the same address, then many more: the one that was put there stays. */
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600), other = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0 && other >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmdt(memory) == 0);
    CHECK(shmat(other, memory, 0) == memory);
    strcpy(memory, "mine");
    char *kept[200];
    for (int i = 0; i < 200; i++) {
        kept[i] = shmat(shmid, NULL, 0);
        CHECK(kept[i] != (void *) -1 && kept[i] != memory);
        strcpy(kept[i], "other");
        if (i % 3 == 0)
            CHECK(shmdt(kept[i]) == 0);
    }
    CHECK(strcmp(memory, "mine") == 0 && shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && shmctl(other, IPC_RMID, NULL) == 0);
    return 3;
}
