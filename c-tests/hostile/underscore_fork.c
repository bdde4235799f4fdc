/* Children made by _Fork and by the bare system call, past every pthread_atfork handler, while four threads are in the
   five calls: a lock that a thread held at that moment stays taken in the child for ever, and nobody tells it. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { THREADS = 4, CHILDREN = 100 };

#if defined __GLIBC__ && !__GLIBC_PREREQ(2, 34)
#define _Fork() ((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))
#endif

static atomic_int stop;

static void *keep_working(void *unused)
{
    (void)unused;
    /* Bounded, so that a trace of it is too. */
    for (int time = 0; time < 2000 && !stop; time++)
        work_beside_others();
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    int well = 0;
    int shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    for (int each = 0; each < THREADS; each++)
        CHECK(pthread_create(&threads[each], NULL, keep_working, NULL) == 0);

    for (int each = 0; each < CHILDREN; each++) {
        int status;
        pid_t child = each % 2 ? _Fork() : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        CHECK(child != -1);
        if (child == 0) {
            work();
            memory[each] = 1;
            CHECK(shmdt(memory) == 0);
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        well += memory[each];
    }
    stop = 1;
    for (int each = 0; each < THREADS; each++)
        CHECK(pthread_join(threads[each], NULL) == 0);
    CHECK(shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    printf("%d children came and went\n", well);
    return 3;
}
