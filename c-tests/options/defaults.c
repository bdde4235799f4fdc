/* Brings options of its own: the compiler is told them as DEFAULTS, which may be NULL. Tells whether it runs with raised
   rights, and makes two calls that succeed. */
#include "../support/check.h"
#include <sys/auxv.h>
#include <sys/ipc.h>
#include <sys/shm.h>

const char *shmsan_default_options(void)
{
    errno = E2BIG;
    /* As a program may that does not know better. */
    if (shmget(IPC_PRIVATE, 0, 0) != -1)
        return NULL;
    return DEFAULTS;
}

int main(void)
{
    printf("raised rights: %s\n", getauxval(AT_SECURE) ? "yes" : "no");
    int shmid = shmget(IPC_PRIVATE, 1, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
