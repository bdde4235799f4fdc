/* A bit of everything that shmsan watches: calls that succeed, calls that fail, errno after each, and a segment that is
   left behind. The hostile programs do this in their surroundings. */
#ifndef WORK_H
#define WORK_H

#include "check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

enum { LEFT_KEY = 0x73680001, LEFT_SIZE = 27, ABSENT_KEY = 0x73680002, WORK_SIZE = 5000 };

/* A value no call sets: a call that succeeds must leave it as it is. */
enum { UNTOUCHED = 12345 };

static inline void work(void)
{
    struct shmid_ds segment;
    errno = UNTOUCHED;
    CHECK(ftok("/", 'w') != -1 && errno == UNTOUCHED);
    CHECK(ftok("/no/such/file", 'w') == -1 && errno == ENOENT);
    CHECK(shmget(ABSENT_KEY, 1, 0) == -1 && errno == ENOENT);

    errno = UNTOUCHED;
    int shmid = shmget(IPC_PRIVATE, WORK_SIZE, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && errno == UNTOUCHED);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1 && errno == UNTOUCHED);
    CHECK(memory[0] == 0 && memory[WORK_SIZE - 1] == 0);
    memset(memory, 'w', WORK_SIZE);
    CHECK(shmctl(shmid, IPC_STAT, &segment) == 0 && errno == UNTOUCHED);
    CHECK(segment.shm_nattch == 1 && segment.shm_segsz == WORK_SIZE);

    CHECK(shmdt(memory) == 0 && errno == UNTOUCHED);
    CHECK(shmdt(memory) == -1 && errno == EINVAL);
    errno = UNTOUCHED;
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && errno == UNTOUCHED);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1 && errno == EINVAL);
    CHECK(shmat(shmid, NULL, 0) == (void *)-1 && errno == EINVAL);
    errno = UNTOUCHED;
}

/* The same where other threads attach and fork meanwhile: an address may be another's as soon as it is detached, and a
   child of another thread may have the segment attached for a while longer. */
static inline void work_beside_others(void)
{
    struct shmid_ds segment;
    errno = UNTOUCHED;
    int shmid = shmget(IPC_PRIVATE, WORK_SIZE, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && errno == UNTOUCHED);
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *)-1 && errno == UNTOUCHED);
    memset(memory, 'w', WORK_SIZE);
    CHECK(shmctl(shmid, IPC_STAT, &segment) == 0 && errno == UNTOUCHED);
    CHECK(segment.shm_nattch >= 1 && segment.shm_segsz == WORK_SIZE);
    CHECK(shmdt(memory) == 0 && errno == UNTOUCHED);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && errno == UNTOUCHED);
    CHECK(ftok("/no/such/file", 'w') == -1 && errno == ENOENT);
}

/* Its creator forgets it: what the report at the end is about. */
static inline int leave_behind(void)
{
    int shmid = shmget(LEFT_KEY, LEFT_SIZE, IPC_CREAT | 0666);
    CHECK(shmid >= 0);
    return shmid;
}

#endif
