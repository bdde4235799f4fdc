/* Attaches, detaches and faults in a thread with the smallest stack there may be, its handler on the smallest signal stack. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

enum { EXTRA = 6144 };
static const size_t SIZES[] = { 1 << 20, (1 << 20) + 5000, 40UL << 30 };
static sigjmp_buf out;

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(out, 1);
}

static void *work(void *nothing)
{
    /* What the kernel puts there, and a little for the handler. */
    long size = sysconf(_SC_MINSIGSTKSZ), page = sysconf(_SC_PAGESIZE);
    stack_t stack = { .ss_size = (size > 2048 ? size : 2048) + EXTRA };
    size_t whole = (stack.ss_size + page - 1) / page * page;
    char *pages = mmap(NULL, page + whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && mprotect(pages + page, whole, PROT_READ | PROT_WRITE) == 0);
    stack.ss_sp = pages + page + whole - stack.ss_size;
    CHECK(sigaltstack(&stack, NULL) == 0);
    for (volatile unsigned i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        int shmid = shmget(IPC_PRIVATE, SIZES[i], SHM_NORESERVE | 0600);
        char *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (void *) -1);
        memory[50] = 'x';
        CHECK(shmdt(memory) == 0 && shmat(shmid, memory, 0) == memory && shmdt(memory) == 0);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        if (sigsetjmp(out, 1) == 0) {
            *(volatile char *) memory = 'y';
            CHECK(0);
        }
    }
    return nothing;
}

int main(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fault;
    action.sa_flags = SA_ONSTACK;
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
    CHECK(pthread_create(&thread, &attributes, work, NULL) == 0 && pthread_join(thread, NULL) == 0);
    return 3;
}
