/* The segment is removed early, so that it cannot leak, and handed over to the program that comes next; but exec detaches. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char number[16];
    if (argc > 1)
        return shmat(atoi(argv[1]), NULL, 0) == (void *) -1 ? 0 : 1;
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    if (shmat(shmid, NULL, 0) == (void *) -1)
        return 1;
    shmctl(shmid, IPC_RMID, NULL);
    snprintf(number, sizeof number, "%d", shmid);
    execl(argv[0], argv[0], number, (char *) NULL);
    return 1;
}
