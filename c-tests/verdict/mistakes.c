/* Makes the same mistake at two places, and more often at the second one: `mistakes TIMES`. Its own exit status is 3. */
#include "../support/check.h"
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680011 };

static void ask_too_much_once(void)
{
    CHECK(shmget(KEY, 200, 0600) == -1 && errno == EINVAL);
}

static void ask_too_much_often(int times)
{
    while (times-- > 0)
        CHECK(shmget(KEY, 300, 0600) == -1 && errno == EINVAL);
}

int main(int argc, char **argv)
{
    int shmid = shmget(KEY, 100, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(shmid >= 0);
    printf("not flushed before the end");
    if (argc > 1) {
        ask_too_much_once();
        ask_too_much_often(atoi(argv[1]));
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
