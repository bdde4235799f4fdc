/* Every command of shmctl, every flag and, as far as one process comes, every error of the five calls, for the eyes of a
   tracer: nothing is expected of a result but that two tracers see the same. What it makes it removes. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <limits.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif

enum { KEY = 0x73680004, SIZE = 5000, NOBODY = 65534 };

/* In no particular type: shmctl wants a shmid_ds, whatever the command. */
static struct shmid_ds *buffer(void *any)
{
    return any;
}

static void get(void)
{
    static const int flags[] = {0, 0600, IPC_CREAT, IPC_EXCL | 0666, IPC_CREAT | IPC_EXCL | 0777, SHM_NORESERVE | 04,
                                0x8000 | 0600, 0x20000 | 0400};
    static const size_t sizes[] = {0, SIZE, SIZE + 1, SIZE_MAX, (size_t)1 << 62, INT64_MAX};
    int shmid = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | SHM_NORESERVE | 0640);
    CHECK(shmid >= 0);
    for (size_t flag = 0; flag < sizeof flags / sizeof *flags; flag++)
        for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
            shmget(KEY, sizes[size], flags[flag]);
            int private = shmget(IPC_PRIVATE, sizes[size], flags[flag]);
            if (private >= 0)
                CHECK(shmctl(private, IPC_RMID, NULL) == 0);
            if ((flags[flag] & IPC_CREAT) == 0)
                shmget(-7, sizes[size], flags[flag]);
        }
    /* Page sizes: the default one, 2 MB, 1 GB, and two that are none. */
    static const int logarithms[] = {0, 21, 30, 1, 63};
    for (size_t size = 0; size < sizeof logarithms / sizeof *logarithms; size++) {
        int huge = shmget(IPC_PRIVATE, 1, (int)(SHM_HUGETLB | (unsigned)logarithms[size] << 26 | 0600));
        if (huge >= 0)
            CHECK(shmctl(huge, IPC_RMID, NULL) == 0);
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
}

static void attach(int shmid)
{
    static const int flags[] = {0, SHM_RDONLY, SHM_RND, SHM_EXEC, SHM_REMAP, SHM_RDONLY | SHM_RND | SHM_EXEC,
                                0666, SHM_RDONLY | 0x40000, -1};
    char *room = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    char *addresses[] = {NULL, room + 4096, room + 4097, (char *)1, (char *)-4096, (char *)-1, (char *)0x2000};
    for (size_t flag = 0; flag < sizeof flags / sizeof *flags; flag++)
        for (size_t place = 0; place < sizeof addresses / sizeof *addresses; place++) {
            /* Over what is mapped only inside our room. */
            if ((flags[flag] & SHM_REMAP) && (place == 0 || place > 2))
                continue;
            void *memory = shmat(shmid, addresses[place], flags[flag]);
            if (memory != (void *)-1)
                CHECK(shmdt(memory) == 0);
        }
    shmat(shmid, NULL, SHM_REMAP);
    shmat(-1, NULL, 0);
    shmat(INT_MAX, NULL, 0);
    shmat(INT_MIN, NULL, SHM_RDONLY);
    shmdt(NULL);
    shmdt(room);
    shmdt((void *)1);
    shmdt((void *)-1);
}

static void control(int shmid)
{
    static const int commands[] = {IPC_SET, IPC_STAT, IPC_INFO, SHM_LOCK, SHM_UNLOCK, SHM_STAT, SHM_INFO, SHM_STAT_ANY,
                                   4, 10, 16, 77, 256 | IPC_STAT, -1, INT_MIN, INT_MAX};
    union {
        struct shmid_ds status;
        struct shminfo limits;
        struct shm_info use;
    } room;
    /* Read-only: the kernel may look at it and cannot fill it. */
    static const struct shmid_ds constant = {.shm_perm = {.mode = 0600}};
    char *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(hole != MAP_FAILED);
    int ids[] = {shmid, -1, INT_MAX, INT_MIN, shmid + 32768, 4000};
    for (size_t command = 0; command < sizeof commands / sizeof *commands; command++)
        for (size_t id = 0; id < sizeof ids / sizeof *ids; id++) {
            memset(&room, 0, sizeof room);
            room.status.shm_perm.mode = 0604;
            room.status.shm_perm.uid = geteuid();
            room.status.shm_perm.gid = getegid();
            void *buffers[] = {&room, NULL, (void *)&constant, hole, (void *)-1};
            for (size_t place = 0; place < sizeof buffers / sizeof *buffers; place++)
                shmctl(ids[id], commands[command], buffer(buffers[place]));
        }
}

/* Changes that the kernel makes, and such as it refuses; a stranger's view of it last. */
static void change(int shmid)
{
    struct shmid_ds status;
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    status.shm_perm.mode = 0200;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    status.shm_perm.mode = 0xffff;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    status.shm_perm.gid = (gid_t)-1;
    CHECK(shmctl(shmid, IPC_SET, &status) == -1);
    status.shm_perm.gid = getegid();
    status.shm_perm.uid = (uid_t)-1;
    CHECK(shmctl(shmid, IPC_SET, &status) == -1);
    status.shm_perm.uid = geteuid();
    status.shm_perm.mode = 0600;
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    if (geteuid() != 0)
        return;
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        if (setresuid(NOBODY, NOBODY, NOBODY) != 0)
            _exit(0);
        shmget(KEY, 0, 0600);
        shmat(shmid, NULL, 0);
        shmctl(shmid, IPC_STAT, &status);
        shmctl(shmid, SHM_STAT, &status);
        shmctl(shmid, SHM_STAT_ANY, &status);
        shmctl(shmid, IPC_SET, &status);
        shmctl(shmid, SHM_LOCK, NULL);
        shmctl(shmid, IPC_RMID, NULL);
        _exit(0);
    }
    int end;
    CHECK(waitpid(child, &end, 0) == child && end == 0);
}

/* Marked for destruction, locked, and used to the last. */
static void remove_it(int shmid)
{
    struct shmid_ds status;
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    shmctl(shmid, SHM_LOCK, NULL);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0);
    shmget(KEY, SIZE, 0);
    CHECK(shmdt(memory) == 0);
    CHECK(shmdt(memory) == -1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1);
    CHECK(shmctl(shmid, IPC_STAT, &status) == -1);
}

int main(void)
{
    get();
    int shmid = shmget(KEY, SIZE, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    attach(shmid);
    control(shmid);
    change(shmid);
    remove_it(shmid);
    /* No system call, or one of another name: only shmsan can see it. */
    ftok("/", 'A');
    ftok("no such\n\"file\"", 256 + 'A');
    char name[1000] = "";
    memset(name, 'x', sizeof name - 1);
    ftok(name, 1);
    ftok(NULL, -1);
    return 0;
}
