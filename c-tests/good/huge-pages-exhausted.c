/* A SIGBUS that has nothing to do with huge pages: a file that was cut short. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf out;

static void on_bus_error(int signal)
{
    (void) signal;
    siglongjmp(out, 1);
}

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    signal(SIGBUS, on_bus_error);
    FILE *file = tmpfile();
    CHECK(file != NULL && ftruncate(fileno(file), 4096) == 0);
    volatile char *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    CHECK(mapped != MAP_FAILED && ftruncate(fileno(file), 0) == 0);
    if (sigsetjmp(out, 1) == 0) {
        mapped[0] = 'x';
        return 1;
    }
    CHECK(shmdt(memory) == 0);
    return 0;
}
