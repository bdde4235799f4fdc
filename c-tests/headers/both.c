/* Both headers, each of them first and each of them twice; a macro that was taken away stays away. */

#ifdef SHMSAN_FIRST
#include <shmsan.h>
#endif
#include <sys/shm.h>
#include <shmsan.h>
#include <shmsan/legacy.h>
#include <sys/ipc.h>

#undef shmctl
#include <sys/shm.h>
#ifdef shmctl
#error shmctl is back
#endif

int both(void);

int both(void) {
    return shmget(ftok("/", 1), 1, 0) + shmctl(1, IPC_RMID, 0) + shmsan_report(2);
}
