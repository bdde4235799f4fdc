/* While one thread faults another looks at the table of descriptors: nothing is there that the program did not open. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

enum { FIRST = 3, MOST = 32 };

static sigjmp_buf recovered;
static atomic_int rounds, is_over;
static int before, more;

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(recovered, 1);
}

static int open_ones(void)
{
    int count = 0;
    for (int descriptor = FIRST; descriptor < MOST; descriptor++) {
        count += fcntl(descriptor, F_GETFD) != -1;
    }
    return count;
}

static void *look(void *nothing)
{
    while (!is_over) {
        more += open_ones() > before;
        rounds++;
    }
    return nothing;
}

int main(void)
{
    pthread_t looker;
    CHECK(signal(SIGSEGV, on_fault) != SIG_ERR);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    volatile char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    before = open_ones();
    CHECK(pthread_create(&looker, NULL, look, NULL) == 0);
    while (rounds == 0) {
    }
    if (sigsetjmp(recovered, 1) == 0) {
        *memory = 1;
    }
    is_over = 1;
    CHECK(pthread_join(looker, NULL) == 0 && more == 0);
    return 3;
}
