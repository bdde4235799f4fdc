/* Goes down to the first byte and stops. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(IPC_PRIVATE, 8192, 0600);
    CHECK(shmid >= 0);
    volatile int *numbers = shmat(shmid, NULL, 0);
    CHECK(numbers != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    for (int i = 3; i >= 0; i--)
        numbers[i] = i;
    CHECK(numbers[0] == 0 && shmdt((void *) numbers) == 0);
    return 0;
}
