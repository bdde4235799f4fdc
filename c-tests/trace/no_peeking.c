/* A program that has forbidden itself process_vm_readv(2), by which a tracer looks into its buffers; with seccomp, which
   answers EPERM. */
#include "../support/check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>

int main(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    struct shmid_ds status;
    int shmid = shmget(5678, 100, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    CHECK(shmctl(shmid, IPC_STAT, &status) == 0 && status.shm_segsz == 100);
    CHECK(shmctl(shmid, IPC_SET, &status) == 0);
    errno = 0;
    CHECK(ftok("/", 'A') != -1 && errno == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    puts("done");
    return 0;
}
