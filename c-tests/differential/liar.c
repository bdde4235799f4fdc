/*
 * A shim that is honest but for one thing, named by LIE: the proof that the differential test can fail. Preload it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
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
static struct {
    void *address[64];
    unsigned count;
} known; /* attachments */
static uid_t first_user;
static pid_t first_process, self;
static int first_namespace;

static bool lie(const char *name)
{
    const char *wanted = getenv("LIE");
    return wanted && strcmp(wanted, name) == 0;
}

static int raw_shmctl(int id, int command, void *buffer)
{
    return syscall(SYS_shmctl, id, command, buffer);
}

static bool in_thread(void)
{
    return syscall(SYS_gettid) != getpid();
}

static int tame(int result)
{
    if (result < 0 && errno == EOVERFLOW && lie("forged-errno-tamed"))
        errno = EINVAL;
    if (result < 0 && in_thread() && lie("errno-of-threads-lost"))
        errno = 0;
    return result;
}

static void forget_in_child(void)
{
    self = getpid();
    if (lie("child-loses-attachment"))
        syscall(SYS_shmdt, latest);
}

__attribute__((constructor)) static void begin(void)
{
    first_user = geteuid();
    first_process = self = getpid();
    first_namespace = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
    pthread_atfork(NULL, NULL, forget_in_child);
}

int shmget(key_t key, size_t size, int flags)
{
    if (lie("size-after-permission") && size && key != IPC_PRIVATE && !(flags & IPC_EXCL)) {
        int saved = errno, there = syscall(SYS_shmget, key, 0, flags & 0777);
        if (there < 0 && errno == EACCES)
            return -1;
        errno = saved;
    }
    if (lie("huge-pages-dropped") && (flags & IPC_CREAT))
        flags &= ~SHM_HUGETLB;
    /* A child of vfork is no child to us: it has its parent's memory. */
    if (lie("vfork-child-does-nothing") && getpid() != self) {
        errno = ENOSYS;
        return -1;
    }
    if (lie("exclusive-ignored"))
        flags &= ~IPC_EXCL;
    if (lie("size-rounded") && size < 1 << 20)
        size = (size + 4095) & -4096;
    if (lie("mode-tamed"))
        flags &= ~0006;
    if (lie("namespace-remembered")) {
        int saved = errno;
        setns(first_namespace, CLONE_NEWIPC);
        errno = saved;
    }
    int id = syscall(SYS_shmget, key, size, flags);
    if (id < 0 && errno == ENOSPC && lie("no-space-is-no-memory"))
        errno = ENOMEM;
    if (id < 0 && errno == EACCES && lie("refusals-swapped"))
        errno = EPERM;
    if (id >= 0 && lie("errno-cleared"))
        errno = 0;
    return tame(id);
}

void *shmat(int id, const void *wanted, int flags)
{
    struct shmid_ds segment;
    if (lie("read-only-dropped"))
        flags &= ~SHM_RDONLY;
    if (lie("remap-dropped"))
        flags &= ~SHM_REMAP;
    if (lie("rounded-without-flag"))
        flags |= SHM_RND;
    if (lie("other-user-reads-only") && geteuid() != first_user)
        flags |= SHM_RDONLY;
    void *address = (void *)syscall(SYS_shmat, id, wanted, flags);
    if (address == (void *)-1 && errno == EINVAL && lie("stale-id-accepted"))
        address = (void *)syscall(SYS_shmat, id & 32767, wanted, flags);
    if (address == (void *)-1)
        return (void *)(intptr_t)tame(-1);
    latest = address;
    known.address[known.count++ % 64] = address;
    if (lie("attached-twice"))
        syscall(SYS_shmat, id, NULL, flags);
    if (lie("memory-touched") && raw_shmctl(id, SHM_STAT_ANY, &segment) == id)
        for (size_t i = 0; i < segment.shm_segsz && i < 1 << 16; i += 4096)
            (void)((volatile char *)address)[i];
    return address;
}

int shmdt(const void *address)
{
    int saved = errno;
    if (lie("detach-refused-to-threads") && in_thread()) {
        errno = EINVAL;
        return -1;
    }
    if (lie("detach-only-what-is-known")) {
        bool found = false;
        for (unsigned i = 0; i < 64; i++)
            found |= known.address[i] == address;
        if (!found) {
            errno = EINVAL;
            return -1;
        }
    }
    if (lie("child-detaches-nothing") && getpid() != first_process)
        return 0;
    if (syscall(SYS_shmdt, address) == 0)
        return 0;
    if (lie("detach-anything")) {
        errno = saved;
        return 0;
    }
    return tame(-1);
}

int shmctl(int id, int command, struct shmid_ds *buffer)
{
    struct shmid_ds segment;
    int saved = errno;
    if (lie("id-before-buffer") && command == IPC_SET && raw_shmctl(id, SHM_STAT_ANY, &segment) < 0)
        return -1;
    if (lie("unlock-forgotten") && command == SHM_UNLOCK)
        return 0;
    if (lie("lock-not-done") && command == SHM_LOCK && raw_shmctl(id, SHM_STAT_ANY, &segment) == id)
        return 0;
    if (lie("unknown-command-accepted") && command > SHM_STAT_ANY)
        return 0;
    if (lie("misaligned-buffer-refused") && (uintptr_t)buffer % 8 == 1 && buffer != (void *)1) {
        errno = EFAULT;
        return -1;
    }
    errno = saved;
    bool known_before = raw_shmctl(id, IPC_STAT, &segment) == 0;
    errno = saved;
    int result = raw_shmctl(id, command, buffer);
    if (result == 0 && known_before && command == IPC_SET && lie("group-forgotten")) {
        gid_t group = segment.shm_perm.gid;
        segment = *buffer;
        segment.shm_perm.gid = group;
        raw_shmctl(id, IPC_SET, &segment);
    }
    if (result >= 0 && (command == IPC_INFO || command == SHM_INFO) && lie("highest-index-one-more"))
        return result + 1;
    if (result >= 0 && command == SHM_INFO && lie("no-pages-in-use"))
        ((struct shm_info *)buffer)->shm_rss = 0;
    if (result == 0 && command == IPC_STAT && lie("death-not-noticed")) {
        if (kill(buffer->shm_lpid, 0) != 0)
            buffer->shm_nattch++;
        errno = saved;
    }
    if (result < 0 && errno == EINVAL && command == IPC_STAT && lie("removed-is-eidrm"))
        errno = EIDRM;
    if (result > 0 && command == SHM_STAT && lie("index-for-id"))
        return result & 32767;
    if (result >= 0 && command == IPC_STAT && lie("buffer-overrun"))
        ((char *)(buffer + 1))[0] = 0;
    return tame(result);
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
