/* Children that are killed at any moment while they call: prints of each its pid and how many calls had come back to it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void call(volatile long *returned)
{
    for (;;) {
        int shmid = shmget(IPC_PRIVATE, 100, 0600);
        ++*returned;
        char *memory = shmat(shmid, NULL, 0);
        ++*returned;
        shmctl(shmid, IPC_RMID, NULL);
        ++*returned;
        shmdt(memory);
        ++*returned;
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    volatile long *returned =
        mmap(NULL, sizeof *returned, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (returned == MAP_FAILED)
        return 1;
    srandom(4711);
    for (int round = 0; round < rounds; round++) {
        *returned = 0;
        pid_t child = fork();
        if (child == -1)
            return 1;
        if (child == 0)
            call(returned);
        /* Any moment: that is the point. */
        struct timespec moment = { 0, random() % 1500000 };
        nanosleep(&moment, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        printf("%d %ld\n", child, *returned);
    }
    return 0;
}
