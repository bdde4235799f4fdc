/* Locks itself in: from then on a system call that it does not make itself ends it. The argument says when: before the first
 * call, between shmget and shmat, or after both. What comes then works, and some of it fails as it does bare. With "closely" not even
 * prctl(2) is allowed, and nothing fails. */
#include "../support/check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>

static sigjmp_buf recovered;

static void on_fault(int signal)
{
    (void) signal;
    siglongjmp(recovered, 1);
}

static void lock_in(int prctl_too)
{
    const int allowed[] = {
        SYS_shmget, SYS_shmat, SYS_shmdt, SYS_shmctl, SYS_read, SYS_write, SYS_close, SYS_fstat, SYS_newfstatat, SYS_mmap,
        SYS_munmap, SYS_mprotect, SYS_brk, SYS_futex, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_getpid,
        SYS_gettid, SYS_exit, SYS_exit_group, prctl_too ? SYS_prctl : SYS_exit,
    };
    enum { COUNT = sizeof allowed / sizeof *allowed };
    struct sock_filter steps[COUNT + 3];
    steps[0] = (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < COUNT; i++) {
        steps[i + 1] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], COUNT - i, 0);
    }
    steps[COUNT + 1] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    steps[COUNT + 2] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = { COUNT + 3, steps };
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2 && signal(SIGSEGV, on_fault) != SIG_ERR);
    if (strcmp(argv[1], "before") == 0) {
        lock_in(1);
    }
    int left = shmget(IPC_PRIVATE, 5000, 0600);
    int shmid = shmget(IPC_PRIVATE, 5000, 0600);
    CHECK(left >= 0 && shmid >= 0);
    if (strcmp(argv[1], "between") == 0) {
        lock_in(1);
    }
    if (strcmp(argv[1], "closely") == 0) {
        void *attached = shmat(shmid, NULL, 0);
        CHECK(attached != (void *) -1);
        lock_in(0);
        void *again = shmat(shmid, NULL, 0);
        CHECK(again != (void *) -1 && shmdt(again) == 0 && shmdt(attached) == 0);
        return 3;
    }
    volatile char *memory = shmat(shmid, NULL, 0);
    volatile char *read_only = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (void *) -1 && read_only != (void *) -1);
    memory[5001] = 'x';
    if (strcmp(argv[1], "after") == 0) {
        lock_in(1);
    }
    if (sigsetjmp(recovered, 1) == 0) {
        read_only[0] = 'x';
    }
    CHECK(ftok("/", 1) != -1 && ftok("/not there", 1) == -1);
    void *again = shmat(shmid, NULL, 0);
    CHECK(again != (void *) -1 && shmdt(again) == 0 && shmdt(again) == -1);
    CHECK(shmdt((void *) memory) == 0 && shmdt((void *) read_only) == 0);
    CHECK(shmget(IPC_PRIVATE, 0, 0600) == -1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && shmctl(shmid, IPC_RMID, NULL) == -1);
    return 3;
}
