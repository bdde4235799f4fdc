/* Lets every user of the machine write the segment. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x7368004d };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0666);
    CHECK(shmid >= 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
