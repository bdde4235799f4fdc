/* Pages that the program has forbidden itself, around a segment and where one was, fault on purpose: no mistake. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

enum { PAGE = 65536, PAGES = 16 };

static sigjmp_buf recovered;

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(recovered, 1);
}

static void fault_at(volatile char *address)
{
    if (sigsetjmp(recovered, 1) == 0) {
        *address = 1;
        CHECK(0);
    }
}

int main(void)
{
    const int none = MAP_PRIVATE | MAP_ANONYMOUS;
    CHECK(signal(SIGSEGV, on_fault) != SIG_ERR);
    int shmid = shmget(IPC_PRIVATE, PAGE, 0600);
    char *own = mmap(NULL, PAGE * PAGES, PROT_NONE, none, -1, 0);
    CHECK(shmid >= 0 && own != MAP_FAILED);
    char *middle = own + PAGE * PAGES / 2;
    middle -= (unsigned long) middle % PAGE;
    CHECK(munmap(middle, PAGE) == 0 && shmat(shmid, middle, 0) == middle);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    fault_at(middle - 1);
    fault_at(middle + PAGE);
    CHECK(shmdt(middle) == 0 && mmap(middle, PAGE, PROT_NONE, none | MAP_FIXED, -1, 0) == middle);
    fault_at(middle + 1);
    /* The same where it was placed by somebody else. */
    shmid = shmget(IPC_PRIVATE, PAGE, 0600);
    CHECK(shmid >= 0);
    char *was = shmat(shmid, NULL, 0);
    CHECK(was != (void *) -1 && shmdt(was) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(mmap(was, PAGE, PROT_NONE, none | MAP_FIXED, -1, 0) == was);
    fault_at(was + 1);
    return 3;
}
