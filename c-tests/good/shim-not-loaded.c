/* The same by libc's function. */
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(0x5151, 4096L, IPC_CREAT | 0600);
    return shmctl(shmid, IPC_RMID, NULL);
}
