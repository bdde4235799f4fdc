/* Creates a segment, asks for an address that cannot be, and goes away. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget((key_t) 0x73680002, 4096, IPC_CREAT | IPC_EXCL | 0600);
    if (shmid < 0)
        return 2;
    if (shmat(shmid, (void *) 1, 0) == (void *) -1) {
        puts("cannot attach");
        return 1;
    }
    return 0;
}
