/* Four threads are in the five calls all the time while the main thread forks. Half of the children end with exit, and
   with it run what is registered for the end; half with _exit. No child may hang or speak for its parent. */
#include "../support/workers.h"
#include <stdlib.h>
#include <sys/wait.h>

enum { CHILDREN = 60 };

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
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0) {
            work();
            memory[each] = 1;
            if (each % 4 < 2)
                CHECK(shmdt(memory) == 0);
            if (each % 2 == 0)
                exit(0);
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
