/* A short life of a segment with a look into every structure, and two mistakes; to see how it all reads as a trace. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

/* In no particular type: shmctl wants a shmid_ds, whatever the command. */
static struct shmid_ds *buffer(void *any)
{
    return any;
}

int main(void)
{
    struct shmid_ds status;
    struct shminfo limits;
    struct shm_info use;
    for (int again = 0; again < 3; again++)
        CHECK(ftok("no such file", 'A') == -1);
    int shmid = shmget(5678, 100, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (char *)-1);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    status.shm_perm.mode = 0640;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    CHECK(shmctl(shmid, IPC_INFO, buffer(&limits)) >= 0);
    CHECK(shmctl(shmid, SHM_INFO, buffer(&use)) >= 0);
    CHECK(shmdt(memory) == 0);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    /* The segment is left behind. */
    return 0;
}
