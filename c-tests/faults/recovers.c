/* Faults a thousand times at one place, and goes on by siglongjmp each time; then once at another. */
#include "../support/check.h"
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static sigjmp_buf out;
static volatile int handled;

static void on_fault(int signal)
{
    CHECK(signal == SIGSEGV);
    handled++;
    siglongjmp(out, 1);
}

int main(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fault;
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    for (volatile int round = 0; round < 1000; round++)
        if (sigsetjmp(out, 1) == 0)
            memory[round] = 'x';
    if (sigsetjmp(out, 1) == 0)
        memory[17] = 'y';
    CHECK(handled == 1001 && memory[17] == 0);
    /* What was tracked before is still tracked. */
    CHECK(shmdt((void *) memory) == 0 && shmdt((void *) memory) == -1);
    printf("went on %d times\n", handled);
    return 3;
}
