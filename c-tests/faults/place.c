/* Prints where a segment is attached: in a program whose addresses are the same in each run, with an argument. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc == 2 && !(personality(0xffffffff) & ADDR_NO_RANDOMIZE)) {
        CHECK(personality(ADDR_NO_RANDOMIZE) != -1);
        execv("/proc/self/exe", argv);
        CHECK(0);
    }
    int shmid = shmget(IPC_PRIVATE, 5000, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    memory[4999] = 'x';
    printf("%p\n", (void *) memory);
    CHECK(shmdt(memory) == 0);
    return 3;
}
