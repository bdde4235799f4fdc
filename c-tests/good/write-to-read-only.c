/* Reads there, and writes through another attachment of the same segment. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    volatile char *reader = shmat(shmid, NULL, SHM_RDONLY);
    volatile char *writer = shmat(shmid, NULL, 0);
    CHECK(reader != (void *) -1 && writer != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    writer[100] = 'x';
    CHECK(reader[100] == 'x');
    CHECK(shmdt((void *) reader) == 0 && shmdt((void *) writer) == 0);
    return 0;
}
