/*
 * A shim that is honest but for one thing, named by LIE: the proof that the differential test can fail. Preload it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *latest; /* attachment */

static bool lie(const char *name)
{
    const char *wanted = getenv("LIE");
    return wanted && strcmp(wanted, name) == 0;
}

static int raw_shmctl(int id, int command, void *buffer)
{
    return syscall(SYS_shmctl, id, command, buffer);
}

static void forget_in_child(void)
{
    if (lie("child-loses-attachment"))
        syscall(SYS_shmdt, latest);
}

__attribute__((constructor)) static void begin(void)
{
    pthread_atfork(NULL, NULL, forget_in_child);
}

int shmget(key_t key, size_t size, int flags)
{
    if (lie("exclusive-ignored"))
        flags &= ~IPC_EXCL;
    if (lie("size-rounded") && size < 1 << 20)
        size = (size + 4095) & -4096;
    if (lie("mode-tamed"))
        flags &= ~0006;
    int id = syscall(SYS_shmget, key, size, flags);
    if (id >= 0 && lie("errno-cleared"))
        errno = 0;
    return id;
}

void *shmat(int id, const void *wanted, int flags)
{
    struct shmid_ds segment;
    if (lie("read-only-dropped"))
        flags &= ~SHM_RDONLY;
    void *address = (void *)syscall(SYS_shmat, id, wanted, flags);
    if (address == (void *)-1)
        return address;
    latest = address;
    if (lie("attached-twice"))
        syscall(SYS_shmat, id, NULL, flags);
    if (lie("memory-touched") && raw_shmctl(id, SHM_STAT_ANY, &segment) == id)
        for (size_t i = 0; i < segment.shm_segsz; i += 4096)
            (void)((volatile char *)address)[i];
    return address;
}

int shmdt(const void *address)
{
    int saved = errno;
    if (syscall(SYS_shmdt, address) == 0)
        return 0;
    if (lie("detach-anything")) {
        errno = saved;
        return 0;
    }
    return -1;
}

int shmctl(int id, int command, struct shmid_ds *buffer)
{
    struct shmid_ds segment;
    int saved = errno;
    if (lie("id-before-buffer") && command == IPC_SET && raw_shmctl(id, SHM_STAT_ANY, &segment) < 0)
        return -1;
    if (lie("unlock-forgotten") && command == SHM_UNLOCK)
        return 0;
    errno = saved;
    int result = raw_shmctl(id, command, buffer);
    if (result < 0 && errno == EINVAL && command == IPC_STAT && lie("removed-is-eidrm"))
        errno = EIDRM;
    if (result > 0 && command == SHM_STAT && lie("index-for-id"))
        return result & 32767;
    if (result >= 0 && command == IPC_STAT && lie("buffer-overrun"))
        ((char *)(buffer + 1))[0] = 0;
    return result;
}

key_t ftok(const char *path, int project)
{
    struct stat file;
    if (syscall(SYS_newfstatat, -100, path, &file, 0) < 0)
        return -1;
    if (lie("project-signed"))
        project &= 0x7f;
    if (lie("device-forgotten"))
        file.st_dev = 0;
    return (file.st_ino & 0xffff) | (file.st_dev & 0xff) << 16 | (project & 0xffu) << 24;
}
