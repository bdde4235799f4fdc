/* Segments for which there is no place of the shim's own: too large for one, or all places are taken by the program. After
 * their detach: used (large, refused), attached again at the same address (named), mapped over (over), many of them (many). */
#define _GNU_SOURCE
#include "../support/check.h"
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

enum { PAGE = 65536, SIZE = 2 * PAGE, SLOTS = 600 };
static const size_t LARGE = 40UL << 30;

static int shmid;

/* Wherever the shim would put a segment of this size, and of nearly that. */
static void take_all_places(void)
{
    char *first = shmat(shmid, NULL, 0);
    CHECK(first != (void *) -1);
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    for (int i = 1; i < SLOTS; i++) {
        char *place = first + (long) i * 4 * PAGE;
        CHECK(mmap(place, PAGE, PROT_READ, flags, -1, 0) == place || errno == EEXIST);
    }
}

static char *attach(void)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1);
    memory[1] = 'x';
    return memory;
}

static char *detached(void)
{
    char *memory = attach();
    CHECK(shmdt(memory) == 0);
    return memory;
}

static void map_something(const char *not_here, size_t size)
{
    for (int i = 0; i < 20; i++) {
        char *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        CHECK(mapped != MAP_FAILED && (mapped + size <= not_here || mapped >= not_here + size));
    }
}

static int kept(void)
{
    char line[512];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, "---s") != NULL;
    CHECK(fclose(maps) == 0);
    return count;
}

static void attach_there(void)
{
    char *memory = detached();
    CHECK(shmat(shmid, memory, 0) == memory && memory[1] == 'x' && shmdt(memory) == 0);
    /* The program knows that address: it is free for all. */
    char *mapped = mmap(memory, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(mapped == memory);
    /* In the middle, and over it. */
    int small = shmget(IPC_PRIVATE, 1, 0600);
    CHECK(small >= 0);
    memory = detached();
    CHECK(shmat(small, memory + PAGE + 1, SHM_RND) == memory + PAGE && shmdt(memory + PAGE) == 0);
    CHECK(shmctl(small, IPC_RMID, NULL) == 0);
    memory = detached();
    CHECK(shmat(shmid, memory, SHM_REMAP) == memory);
    for (int i = 0; i < 20; i++)
        detached();
    CHECK(memory[1] == 'x' && shmdt(memory) == 0);
}

static void map_over(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    char *memory = detached(), *forbidden = detached(), *shared = detached();
    CHECK(mmap(memory + PAGE, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) == memory + PAGE);
    memory[PAGE] = 'y';
    CHECK(mmap(forbidden, SIZE, PROT_NONE, flags, -1, 0) == forbidden);
    CHECK(mmap(shared, SIZE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == shared);
    for (int i = 0; i < 20; i++)
        detached();
    CHECK(memory[PAGE] == 'y');
    CHECK(mprotect(forbidden, SIZE, PROT_READ) == 0 && mprotect(shared, SIZE, PROT_READ) == 0);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    int is_large = strcmp(argv[1], "large") == 0;
    size_t size = is_large ? LARGE : SIZE;
    shmid = shmget(IPC_PRIVATE, size, SHM_NORESERVE | 0600);
    CHECK(shmid >= 0);
    if (!is_large)
        take_all_places();
    if (strcmp(argv[1], "named") == 0) {
        attach_there();
    } else if (strcmp(argv[1], "over") == 0) {
        map_over();
    } else if (strcmp(argv[1], "many") == 0) {
        for (int i = 0; i < 300; i++)
            detached();
        printf("%d\n", kept());
    } else {
        char *memory = attach();
        CHECK(shmdt(memory) == 0);
        map_something(memory, size);
        CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
        memory[5] = 'y';
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    return 3;
}
