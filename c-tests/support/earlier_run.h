/* An earlier run of the program. */
#ifndef EARLIER_RUN_H
#define EARLIER_RUN_H

#include "check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum earlier { MAKES_IT, MAKES_AND_USES_IT };

/* A process that makes the segment and ends. */
static inline void earlier_run(int key, enum earlier run)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int shmid = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
        CHECK(shmid >= 0);
        if (run == MAKES_AND_USES_IT) {
            char *memory = shmat(shmid, NULL, 0);
            CHECK(memory != (void *) -1);
            strcpy(memory, "from an earlier run");
        }
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

#endif
