/* A library that stands before the five calls as well, counts them, and passes them on to whoever is next; with MAKES_ALL it makes
   them itself. The count is asked by with_interposer.c. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static atomic_int count;

int interposer_count(void)
{
    return count;
}

#define NEXT(name) (count++, (__typeof__(&name))dlsym(RTLD_NEXT, #name))

int shmget(key_t key, size_t size, int flags)
{
    return NEXT(shmget)(key, size, flags);
}

void *shmat(int shmid, const void *address, int flags)
{
    return NEXT(shmat)(shmid, address, flags);
}

int shmdt(const void *address)
{
    return NEXT(shmdt)(address);
}

int shmctl(int shmid, int command, struct shmid_ds *buffer)
{
    return NEXT(shmctl)(shmid, command, buffer);
}

key_t ftok(const char *path, int project)
{
    return NEXT(ftok)(path, project);
}
