/* Asks, as an ordinary user, for no more than another user's segment gives; and as root for what no mode gives. */
#include "../support/nobody.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680040 };

int main(void)
{
    struct shmid_ds status;
    int shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0644);
    CHECK(shmid >= 0);
    become_nobody();
    CHECK(shmget(KEY, 4096, 0444) == shmid && shmget(KEY, 0, 0) == shmid);
    char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1 && errno == EPERM);
    become_root();
    status.shm_perm.mode = 0;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    CHECK(shmget(KEY, 4096, 0666) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
