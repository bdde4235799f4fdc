/* The program is killed after its work. */
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
    memory[0] = 'x';
    shmdt(memory);
    shmctl(shmid, IPC_RMID, NULL);
    raise(SIGKILL);
    return 0;
}
