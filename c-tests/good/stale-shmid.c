/* Takes the id anew, by the key. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget((key_t) 0x73680013, 4096, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    int another = shmget((key_t) 0x73680013, 4096, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(another >= 0 && another != shmid);
    char *memory = shmat(another, NULL, 0);
    CHECK(memory != (void *) -1 && shmdt(memory) == 0);
    CHECK(shmctl(another, IPC_RMID, NULL) == 0);
    return 0;
}
