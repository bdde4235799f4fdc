/* Four threads attach and detach, each its own segment. An address that one thread gives back may be another's a moment
   later, and then the sanitizer must know it as that one's. */
#include "../support/check.h"
#include <pthread.h>
#include <shmsan.h>
#include <sys/shm.h>

enum { THREADS = 4, TIMES = 5000 };

static void *attach_and_detach(void *own)
{
    int shmid = *(int *)own;
    struct shmsan_attachment found;
    for (int time = 0; time < TIMES; time++) {
        char *memory = shmat(shmid, NULL, 0);
        CHECK(memory != (char *)-1);
        CHECK(shmsan_attachment_of(memory, &found) == 1);
        CHECK(found.address == memory && found.shmid == shmid);
        CHECK(shmdt(memory) == 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    int shmids[THREADS];
    for (int each = 0; each < THREADS; each++) {
        shmids[each] = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
        CHECK(shmids[each] >= 0);
        CHECK(pthread_create(&threads[each], NULL, attach_and_detach, &shmids[each]) == 0);
    }
    for (int each = 0; each < THREADS; each++) {
        CHECK(pthread_join(threads[each], NULL) == 0);
        CHECK(shmctl(shmids[each], IPC_RMID, NULL) == 0);
    }
    puts("each knew its own");
    return 0;
}
