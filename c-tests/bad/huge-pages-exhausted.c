/* Touches a segment of huge pages that nobody has set aside. */
#include "../support/check.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <string.h>

static long huge_pages(const char *name)
{
    char line[128];
    long count = -1;
    FILE *file = fopen("/proc/meminfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            sscanf(line + strlen(name), ": %ld", &count);
    if (file != NULL)
        fclose(file);
    return count;
}

int main(void)
{
    long size = huge_pages("Hugepagesize") * 1024;
    if (size <= 0 || huge_pages("HugePages_Free") != 0) {
        puts("there must be huge pages, and none free");
        return 77;
    }
    int shmid = shmget(IPC_PRIVATE, size, SHM_HUGETLB | SHM_NORESERVE | 0600);
    if (shmid < 0) {
        puts("only a member of vm.hugetlb_shm_group can make such a segment");
        return 77;
    }
    volatile char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (void *) -1 && shmctl(shmid, IPC_RMID, NULL) == 0);
    memory[0] = 'x';
    return 0;
}
