/* The first program that "Inter process communication using shared memory" describes: it creates a segment and writes a
   message with sprintf. As the text says, with IPC_CREAT alone: nobody may then use the segment, and only root can.
   With -DMODE=0666 the flag that the text forgets is there. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define KEY 1001
#define SIZE 100
#ifndef MODE
#define MODE 0
#endif

int main(void)
{
    int shmid;
    char *memory;

    if ((shmid = shmget(KEY, SIZE, IPC_CREAT | MODE)) == -1) {
        perror("shmget");
        return 1;
    }
    if ((memory = shmat(shmid, NULL, 0)) == (char *)-1) {
        perror("shmat");
        return 1;
    }
    sprintf(memory, "Hello from the %s process", "first");
    return 0;
}
