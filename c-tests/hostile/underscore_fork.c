/* Children made by _Fork and by the bare system call, past every pthread_atfork handler, while four threads are in the
   five calls: a lock that a thread held at that moment stays taken in the child for ever, and nobody tells it. */
#define _GNU_SOURCE
#include "../support/workers.h"
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { CHILDREN = 100 };

#if defined __GLIBC__ && !__GLIBC_PREREQ(2, 34)
#define _Fork() ((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))
#endif

int main(void)
{
    int well = 0;
    int shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    start_workers();

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
    end_workers();
    CHECK(shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    printf("%d children came and went\n", well);
    return 3;
}
