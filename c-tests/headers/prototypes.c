/* Whole prototypes of the program's own: before the header, or with AFTER behind it, where they look like calls. */

#include <sys/types.h>
struct shmid_ds;

#ifdef AFTER
#include <sys/shm.h>
#endif

extern int shmget(key_t key, size_t size, int flags);
extern void *shmat(int, const void *, int);
extern int shmdt(const void *);
extern int shmctl(int, int, struct shmid_ds *);
extern key_t ftok(const char *, int);

#include <sys/shm.h>

int prototyped(void);

int prototyped(void) {
    return shmdt(shmat(shmget(ftok("/", 1), 1, 0), 0, 0)) + shmctl(1, IPC_RMID, 0);
}
