/* A seccomp filter that refuses system calls of some names with EPERM. */
#ifndef DENY_H
#define DENY_H

#include "limits.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define CALL(name) { #name, SYS_##name }

/* What the library may use, but for what every program needs to write a line and to end; nor futex(2), without which glibc itself
   ends a program. */
static const struct deniable {
    const char *name;
    unsigned number;
} deniable[] = {
    CALL(openat), CALL(newfstatat), CALL(readlinkat), CALL(read), CALL(pread64), CALL(pwritev2), CALL(close), CALL(fstat),
    CALL(fcntl), CALL(lseek), CALL(ioctl), CALL(getcwd), CALL(faccessat), CALL(ppoll), CALL(pselect6), CALL(mmap),
    CALL(munmap), CALL(mprotect), CALL(madvise), CALL(mincore), CALL(process_vm_readv), CALL(clock_gettime),
    CALL(getrandom), CALL(personality), CALL(prctl), CALL(prlimit64), CALL(capget), CALL(geteuid), CALL(getegid),
    CALL(getgroups), CALL(getpid), CALL(gettid), CALL(getppid), CALL(rt_sigprocmask), CALL(rt_sigaction),
    CALL(rt_sigpending), CALL(rt_sigtimedwait), CALL(rt_tgsigqueueinfo), CALL(timer_create), CALL(clone), CALL(wait4),
    CALL(waitid), CALL(kill), CALL(semctl), CALL(msgctl),
};
enum { DENIABLE = sizeof deniable / sizeof *deniable };

#undef CALL

static inline int is_named(const char *name, char **names)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0 || strcmp(*names, "all") == 0)
            return 1;
    return 0;
}

/* From now on, for all that is executed too. */
static inline void deny(char **names)
{
    struct sock_filter steps[2 * DENIABLE + 2] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    unsigned short count = 1;
    for (int i = 0; i < DENIABLE; i++) {
        if (is_named(deniable[i].name, names)) {
            steps[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, deniable[i].number, 0, 1);
            steps[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
        }
    }
    CHECK(count > 1);
    steps[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = {count, steps};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        cannot("no seccomp filter can be set here");
}

#endif
