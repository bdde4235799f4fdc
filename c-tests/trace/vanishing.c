/* One thread takes the page away and gives it back, into which another lets the kernel write a segment's status, and out of
   which it lets it read one: a tracer that looks there too may find nothing. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

enum { PAGE = 4096, ROUNDS = 3000 };

static void *page;
static atomic_int done;

static void *take_and_give(void *unused)
{
    while (!done) {
        CHECK(mprotect(page, PAGE, PROT_NONE) == 0);
        CHECK(mprotect(page, PAGE, PROT_READ | PROT_WRITE) == 0);
    }
    return unused;
}

int main(void)
{
    pthread_t thread;
    int shmid = shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    CHECK(shmctl(shmid, IPC_STAT, page) == 0);
    CHECK(pthread_create(&thread, NULL, take_and_give, NULL) == 0);
    for (int round = 0; round < ROUNDS; round++) {
        CHECK(shmctl(shmid, IPC_STAT, page) == 0 || errno == EFAULT);
        CHECK(shmctl(shmid, IPC_SET, page) == 0 || errno == EFAULT);
        CHECK(ftok(page, 'A') == -1 && (errno == EFAULT || errno == ENOENT));
    }
    done = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    puts("done");
    return 0;
}
