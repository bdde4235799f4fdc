/* The five names where they are not called, or called by other means: nothing here may be rewritten. */

#include <sys/shm.h>

struct operations {
    int (*shmget)(struct operations *self, key_t key, size_t size, int flags);
    void *(*shmat)(void);
    int shmdt;
};

int names(struct operations *ops);

static int (*const by_name)(key_t, size_t, int) = shmget;
static key_t (*const by_address)(const char *, int) = &ftok;

int names(struct operations *ops) {
    int shmctl = (shmget)(by_address("/", 1), 1, 0);
    void *address = (shmat)(by_name(1, 2, 3), ops->shmat(), 0);
    int (*detach)(const void *) = ops->shmdt ? &shmdt : shmdt;
    return ops->shmget(ops, 1, 2, 3) + (&shmget)(1, 2, 3) + (*detach)(address) + (shmdt)(address) + shmctl;
}
