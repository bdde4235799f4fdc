/* A handler without SA_ONSTACK runs on the stack of the code that faulted, also in a thread that has another stack. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

static char stack[65536];
static sigjmp_buf recovered;
static volatile int is_on_the_other;

static void on_fault(int signal)
{
    char here;
    (void) signal;
    is_on_the_other = &here >= stack && &here < stack + sizeof stack;
    siglongjmp(recovered, 1);
}

int main(void)
{
    stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };
    CHECK(sigaltstack(&other, NULL) == 0);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fault;
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);

    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    CHECK(shmat(shmid, NULL, 0) != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    char *forbidden = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(forbidden != MAP_FAILED);
    if (sigsetjmp(recovered, 1) == 0) {
        *(volatile char *) forbidden = 1;
    }
    CHECK(!is_on_the_other);
    return 3;
}
