/* Passes shmget an id: of a segment, and of a message queue. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/msg.h>

int main(void)
{
    /* Not the id 0, which as a key is IPC_PRIVATE. */
    int other = shmget(IPC_PRIVATE, 4096, 0600), shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(other >= 0 && shmid > 0);
    CHECK(shmget(shmid, 4096, 0600) == -1 && errno == ENOENT);

    int queues[4];
    for (int each = 0; each < 4; each++)
        CHECK((queues[each] = msgget(IPC_PRIVATE, 0600)) >= 0);
    CHECK(shmget(queues[3], 4096, 0600) == -1 && errno == ENOENT);

    for (int each = 0; each < 4; each++)
        CHECK(msgctl(queues[each], IPC_RMID, NULL) == 0);
    CHECK(shmctl(other, IPC_RMID, NULL) == 0 && shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
