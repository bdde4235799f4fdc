/* Four processes of four threads each make their calls all at once: 200 rounds of one that fails and one that fills a
   structure. */
#include "../support/check.h"
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { PROCESSES = 4, THREADS = 4, ROUNDS = 200 };

static int shmid;
static pthread_barrier_t together;

static void *work(void *unused)
{
    struct shmid_ds status;
    pthread_barrier_wait(&together);
    for (int round = 0; round < ROUNDS; round++) {
        CHECK(shmctl(-1, IPC_RMID, NULL) == -1 && errno == EINVAL);
        CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    }
    return unused;
}

static int in_a_child(void)
{
    pthread_t threads[THREADS];
    CHECK(pthread_barrier_init(&together, NULL, THREADS) == 0);
    for (int thread = 0; thread < THREADS; thread++)
        CHECK(pthread_create(&threads[thread], NULL, work, NULL) == 0);
    for (int thread = 0; thread < THREADS; thread++)
        CHECK(pthread_join(threads[thread], NULL) == 0);
    return 0;
}

int main(void)
{
    int status;
    CHECK((shmid = shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600)) >= 0);
    for (int process = 0; process < PROCESSES; process++) {
        pid_t child = fork();
        CHECK(child != -1);
        if (child == 0)
            return in_a_child();
    }
    for (int process = 0; process < PROCESSES; process++)
        CHECK(wait(&status) > 0 && status == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 0;
}
