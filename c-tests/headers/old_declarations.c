/* Declarations as programs carried them before there were prototypes, behind the header and inside a function. */

#include <sys/shm.h>

int shmget();
void *shmat();
int shmdt();
extern int shmctl();
key_t ftok( );

int old(void);

int old(void) {
    extern void *shmat(), *sbrk();
    int shmget( /* key, size, flags */ ), shmdt(
    );
    return shmdt(shmat(shmget(ftok("/", 1), 1, 0), (void *)0, 0));
}
