/* Segments are unmapped by munmap, and where they were the program maps memory of its own: what it does there is its own
 * business. argv[1]: what it does. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

enum { SIZE = 10, PAGE = 4096 };

/* Where the sanitizer is. */
extern char *shmsan_gets_at(char *, const char *, int, const char *) __attribute__((weak));
struct shmsan_attachment;
extern int shmsan_attachment_of(const void *, struct shmsan_attachment *) __attribute__((weak));
extern int shmsan_check_memory(void) __attribute__((weak));

static sigjmp_buf back;

static void go_back(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

static void fault_at(char *address)
{
    if (sigsetjmp(back, 1) == 0) {
        *(volatile char *)address = 1;
        puts("there was no fault");
    }
    puts("the fault was the program's own");
}

/* A page with nothing before and behind it. */
static char *lonely(void)
{
    char *pages = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && munmap(pages, 3 * PAGE) == 0);
    return pages + PAGE;
}

/* A page of the program's own where a segment was. */
static char *reuse(char *address, int flags, int rights)
{
    int shmid = shmget(IPC_PRIVATE, SIZE, 0600);
    char *memory = shmat(shmid, address, flags);
    CHECK(memory != (void *)-1);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0 && munmap(memory, PAGE) == 0);
    CHECK(mmap(memory, PAGE, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == memory);
    return memory;
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    const int both = PROT_READ | PROT_WRITE;
    CHECK(signal(SIGSEGV, go_back) != SIG_ERR);
    if (strcmp(what, "fills") == 0) {
        memset(reuse(NULL, 0, both), 'x', PAGE);
        CHECK(!shmsan_check_memory || shmsan_check_memory() == 0);
    } else if (strcmp(what, "behind") == 0) {
        fault_at(reuse(lonely(), 0, both) + PAGE);
    } else if (strcmp(what, "before") == 0) {
        fault_at(reuse(lonely(), 0, both) - 1);
    } else if (strcmp(what, "read-only") == 0) {
        fault_at(reuse(NULL, SHM_RDONLY, PROT_READ));
    } else if (strcmp(what, "line") == 0) {
        char *memory = reuse(NULL, 0, both);
        CHECK(!shmsan_attachment_of || shmsan_attachment_of(memory, NULL) == 0);
        char *read = shmsan_gets_at ? shmsan_gets_at(memory, __FILE__, __LINE__, __func__) : fgets(memory, PAGE, stdin);
        CHECK(read == memory);
        memory[strcspn(memory, "\n")] = '\0';
        printf("%zu bytes read\n", strlen(memory));
    }
    return 0;
}
