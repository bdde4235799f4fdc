/* A worker outlives its server, and with it the memory of a segment that was removed. It ends by itself after a while. */
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(void)
{
    int ready[2], shmid = shmget(IPC_PRIVATE, 4096, 0600);
    char byte;
    if (shmid == -1 || pipe(ready) != 0)
        return 1;
    if (fork() == 0) {
        close(0);
        close(1);
        close(2);
        close(ready[0]);
        if (shmat(shmid, NULL, 0) != (void *) -1 && write(ready[1], "x", 1) == 1) {
            alarm(20);
            pause();
        }
        _exit(1);
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        return 1;
    return shmctl(shmid, IPC_RMID, NULL);
}
