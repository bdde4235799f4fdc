/* Asks, as an ordinary user, for what another user's segment, and its own, do not give. */
#include "../support/nobody.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x73680040 };

int main(void)
{
    struct shmid_ds status;
    int shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0644);
    CHECK(shmid >= 0);
    int place = 0;
    while (shmctl(place, SHM_STAT, &status) != shmid)
        place++;
    become_nobody();
    int own = shmget(IPC_PRIVATE, 4096, 0006);
    CHECK(own >= 0);

    CHECK(shmget(KEY, 4096, 0666) == -1 && errno == EACCES);
    CHECK(shmget(KEY, 4096, 0555) == -1 && errno == EACCES);
    CHECK(shmat(shmid, NULL, 0) == (void *) -1 && errno == EACCES);
    CHECK(shmat(own, NULL, 0) == (void *) -1 && errno == EACCES);
    CHECK(shmctl(own, IPC_STAT, &status) == -1 && errno == EACCES);

    become_root();
    status.shm_perm.uid = status.shm_perm.gid = 0;
    status.shm_perm.mode = 0;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    become_nobody();
    CHECK(shmctl(place, SHM_STAT, &status) == -1 && errno == EACCES);

    become_root();
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && shmctl(own, IPC_RMID, NULL) == 0);
    return 0;
}
