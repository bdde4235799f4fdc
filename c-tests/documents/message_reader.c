/* The second program that "Inter process communication using shared memory" describes: it finds the segment by the same
   key and reads the message with sscanf. MODE as in message_writer.c. */
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
    char message[SIZE];

    if ((shmid = shmget(KEY, SIZE, MODE)) == -1) {
        perror("shmget");
        return 1;
    }
    if ((memory = shmat(shmid, NULL, 0)) == (char *)-1) {
        perror("shmat");
        return 1;
    }
    if (sscanf(memory, "%99[^\n]", message) == 1)
        printf("%s\n", message);
    return 0;
}
