/* Makes a key of the same file and another project, and a segment without a key. */
#include "../support/zero_key.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    make_zero_file();
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    key_t key = ftok(ZERO_FILE, 'A');
    CHECK(key == 'A' << 24);
    shmid = shmget(key, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
