/* Makes a key of a file and the project 0, and gets 0. */
#include "../support/zero_key.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    make_zero_file();
    key_t key = ftok(ZERO_FILE, 0);
    CHECK(key == 0);
    int shmid = shmget(key, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
