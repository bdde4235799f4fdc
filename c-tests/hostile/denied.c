/* denied now|later|exec NAME...: system calls of these names fail with EPERM, as a sandbox may have it: before the first call, after
   some, or already when the program is executed. Then each of the five calls, and a fault that is handled; results and errno are
   printed. With "all", each of the table. */
#define _GNU_SOURCE
#include "../support/deny.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static sigjmp_buf recovered;

static void on_fault(int signal)
{
    (void)signal;
    siglongjmp(recovered, 1);
}

/* In a child, whose lines would stand anywhere, all of it comes to a number. */
static int is_child;
static unsigned char number;

/* An address is another in each run. */
static void tell(const char *what, long result)
{
    char text[128];
    int error = result == -1 ? errno : 0, good = result != -1;
    if (is_child) {
        number = number * 31 + error;
        return;
    }
    int length = snprintf(text, sizeof text, "%s: %s, errno %d\n", what, good ? "done" : "-1", error);
    CHECK(write(STDOUT_FILENO, text, length) == length);
}

#ifdef OWN_CLOCK
/* As where there is no vdso(7), and each look at a clock is a system call. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    return syscall(SYS_clock_gettime, clock, now);
}
#endif

static void all_five(void)
{
    tell("ftok", ftok("/", 'd'));
    tell("ftok of nothing", ftok("/no/such/file", 'd'));
    int shmid = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
    tell("shmget", shmid);
    char *memory = shmat(shmid, NULL, 0);
    tell("shmat", (long)memory);
    if (memory != (char *)-1)
        memory[5000] = 'x'; /* behind the end */
    volatile char *read_only = shmat(shmid, NULL, SHM_RDONLY);
    tell("shmat", (long)read_only);
    if (read_only != (char *)-1) {
        if (sigsetjmp(recovered, 1) == 0) {
            read_only[0] = 'x';
            tell("written", 0);
        }
        tell("shmdt", shmdt((void *)read_only));
        tell("shmdt", shmdt((void *)read_only));
    }
    tell("shmdt", shmdt(memory));
    struct shmid_ds status;
    tell("IPC_STAT", shmctl(shmid, IPC_STAT, &status));
    tell("IPC_RMID", shmctl(shmid, IPC_RMID, NULL));
    tell("IPC_RMID", shmctl(shmid, IPC_RMID, NULL));
    tell("shmget", shmget(0x73680002, 1, 0));
}

int main(int argc, char **argv)
{
    CHECK(argc > 2);
    if (strcmp(argv[1], "exec") == 0) {
        deny(argv + 2);
        argv[1] = "denied";
        execv("/proc/self/exe", argv);
        CHECK(!"executed");
    }
    int is_denied = strcmp(argv[1], "denied") == 0;
    signal(SIGSEGV, on_fault);
    if (strcmp(argv[1], "later") == 0)
        all_five();
    if (!is_denied)
        deny(argv + 2);
    all_five();
    pid_t child = fork();
    if (child == 0) {
        is_child = 1;
        all_five();
        exit(number);
    }
    tell("fork", child);
    int status = 0;
    if (child > 0)
        tell("wait", waitpid(child, &status, 0));
    char text[32];
    int length = snprintf(text, sizeof text, "status %#x\n", status);
    CHECK(write(STDOUT_FILENO, text, length) == length);
    tell("left behind", shmget(0x73680001, 27, IPC_CREAT | 0666));
    return 3;
}
