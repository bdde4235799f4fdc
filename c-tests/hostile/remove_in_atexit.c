/* Its atexit handler was registered before its first call, so it runs after whatever was registered by that call; it
   removes the segment. With "forget" as argument it does not. */
#include "../support/work.h"
#include <stdlib.h>

static int shmid = -1;
static int forget;

static void remove_segment(void)
{
    if (!forget)
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    puts(forget ? "forgotten" : "removed by the handler");
}

int main(int argc, char **argv)
{
    (void)argv;
    forget = argc > 1;
    CHECK(atexit(remove_segment) == 0);
    shmid = leave_behind();
    return 3;
}
