/* Lets its group write the segment, and looks it up with a mode for all. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { KEY = 0x7368004d };

int main(void)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | 0664);
    CHECK(shmid >= 0 && shmget(KEY, 4096, 0660) == shmid);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
