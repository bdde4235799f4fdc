/* A library for remove_in_library.c: it keeps a segment for its program and removes it in its own destructor, which runs
   after all of the program's. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static int kept = -1;

void keeper_keep(int shmid)
{
    kept = shmid;
}

/* A segment that is the library's from the beginning, made before main: perhaps before anything else is set up. */
__attribute__((constructor)) static void begin(void)
{
    CHECK(shmctl(shmget(IPC_PRIVATE, 10, IPC_CREAT | 0600), IPC_RMID, NULL) == 0);
}

__attribute__((destructor)) static void end(void)
{
    if (kept != -1)
        CHECK(shmctl(kept, IPC_RMID, NULL) == 0);
    puts(kept != -1 ? "removed by the library" : "the library keeps nothing");
    fflush(stdout);
}
