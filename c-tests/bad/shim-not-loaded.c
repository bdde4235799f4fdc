/* Raw system calls go past every library. */
#define _GNU_SOURCE
#include <sys/ipc.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    return syscall(SYS_shmget, 0x5151, 4096L, IPC_CREAT | 0600) == -1;
}
