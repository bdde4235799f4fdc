/* Attaches a segment by an id that came from elsewhere, and then one that has the same id in another IPC namespace and is
   larger: what stands behind the first one's size is the second one's own. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

/* As if another program had made it. */
static int make(size_t size)
{
    return (int)syscall(SYS_shmget, IPC_PRIVATE, size, 0600);
}

static void attach_and_fill(int shmid, size_t size)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1);
    memset(memory, 'x', size);
    CHECK(shmdt(memory) == 0);
}

int main(void)
{
    int before = make(100);
    CHECK(before >= 0);
    for (int i = 0; i < 3; i++)
        attach_and_fill(before, 100);
    CHECK(syscall(SYS_shmctl, before, IPC_RMID, NULL) == 0);
    if (unshare(CLONE_NEWIPC) != 0) {
        puts("may not make a namespace");
        return 77;
    }
    CHECK(make(5000) == before);
    for (int i = 0; i < 3; i++)
        attach_and_fill(before, 5000);
    puts("filled");
    return 3;
}
