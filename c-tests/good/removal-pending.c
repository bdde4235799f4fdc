/* The server waits for its worker. */
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    if (shmid == -1)
        return 1;
    if (fork() == 0) {
        char *memory = shmat(shmid, NULL, 0);
        _exit(memory == (void *) -1 || shmdt(memory) != 0);
    }
    wait(NULL);
    return shmctl(shmid, IPC_RMID, NULL);
}
