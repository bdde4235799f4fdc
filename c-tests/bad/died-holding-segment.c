/* The program is killed in the middle of its work. */
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    char *memory = shmat(shmid, NULL, 0);
    if (memory == (void *) -1)
        return 1;
    shmctl(shmid, IPC_RMID, NULL);
    memory[0] = 'x';
    raise(SIGKILL);
    return 0;
}
