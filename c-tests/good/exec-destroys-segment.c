/* The program that comes next attaches the segment, and removes it then. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char number[16];
    if (argc > 1) {
        char *memory = shmat(atoi(argv[1]), NULL, 0);
        return memory == (void *) -1 || shmctl(atoi(argv[1]), IPC_RMID, NULL) != 0 || shmdt(memory) != 0;
    }
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    if (shmat(shmid, NULL, 0) == (void *) -1)
        return 1;
    snprintf(number, sizeof number, "%d", shmid);
    execl(argv[0], argv[0], number, (char *) NULL);
    return 1;
}
