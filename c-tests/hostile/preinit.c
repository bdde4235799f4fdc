/* Its first call comes before every constructor. It leaves a segment behind. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static int early;

static void before_everything(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv, (void)environment;
    early = shmget(IPC_PRIVATE, 77, 0600);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = before_everything;

int main(void)
{
    CHECK(early >= 0);
    CHECK(shmctl(shmget(IPC_PRIVATE, 1, 0600), IPC_RMID, NULL) == 0);
    puts("it was there first");
    return 3;
}
