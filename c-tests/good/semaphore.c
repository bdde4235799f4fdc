/* The lecture's "con": access to the memory has to be synchronised, for example by semaphores. A writer and a reader
   hand ten lines over through one buffer, and semop says whose turn it is. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { LINES = 10, SIZE = 64 };

/* The two semaphores of the set: the buffer may be written, the buffer may be read. */
enum { FREE, FULL };

/* semctl's fourth argument, which every program has to define by itself: semctl(2). */
union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static void change(int semid, unsigned short semaphore, short by)
{
    struct sembuf operation = {semaphore, by, 0};
    CHECK(semop(semid, &operation, 1) == 0);
}

static void write_lines(int semid, char *buffer)
{
    for (int line = 1; line <= LINES; line++) {
        change(semid, FREE, -1);
        snprintf(buffer, SIZE, "line %d of %d", line, LINES);
        change(semid, FULL, 1);
    }
}

static void read_lines(int semid, const char *buffer)
{
    for (int line = 1; line <= LINES; line++) {
        change(semid, FULL, -1);
        puts(buffer);
        change(semid, FREE, 1);
    }
}

int main(void)
{
    int status;
    int shmid = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    int semid = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
    CHECK(shmid != -1 && semid != -1);
    char *buffer = shmat(shmid, NULL, 0);
    CHECK(buffer != (char *)-1);
    /* Both are attached and open by now: from here on nobody can forget them. */
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    unsigned short beginning[2] = {[FREE] = 1, [FULL] = 0};
    CHECK(semctl(semid, 0, SETALL, (union semun){.array = beginning}) == 0);

    pid_t writer = fork();
    CHECK(writer != -1);
    if (writer == 0) {
        write_lines(semid, buffer);
        CHECK(shmdt(buffer) == 0);
        exit(0);
    }
    read_lines(semid, buffer);
    CHECK(waitpid(writer, &status, 0) == writer);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(shmdt(buffer) == 0);
    CHECK(semctl(semid, 0, IPC_RMID) == 0);
    return 0;
}
