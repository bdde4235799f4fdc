/* Runs code in a segment that is attached for it. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <string.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0700);
    CHECK(shmid >= 0);
    void *memory = shmat(shmid, NULL, SHM_EXEC);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
#if defined __x86_64__
    memcpy(memory, "\xb8\x07\x00\x00\x00\xc3", 6); /* mov eax, 7; ret */
    CHECK(((int (*)(void)) memory)() == 7);
#endif
    CHECK(shmdt(memory) == 0);
    return 0;
}
