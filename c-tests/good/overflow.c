/* Writes up to the end of the page in which the segment ends, which no fault can tell, and behind a mapping of its own. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
    long page = sysconf(_SC_PAGESIZE);
    int shmid = shmget(IPC_PRIVATE, 1024, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    for (int i = 0; i < 1024; i++)
        memory[i] = 'x';
    /* A mapping that the program puts right behind it is its own affair. */
    volatile char *behind = mmap((char *) memory + page, page, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(behind == memory + page || behind == MAP_FAILED);
    if (behind != MAP_FAILED)
        memory[page] = 'y';
    CHECK(shmdt((void *) memory) == 0);
    return 0;
}
