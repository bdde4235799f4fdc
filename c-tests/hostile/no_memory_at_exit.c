/* Leaves a thousand segments behind, and no memory for whoever wants to tell of them. */
#include "../support/check.h"
#include <sys/resource.h>
#include <sys/shm.h>

enum { MANY = 1000 };

int main(void)
{
    long pages;
    for (int time = 0; time < MANY; time++)
        CHECK(shmget(IPC_PRIVATE, 1, 0600) >= 0);
    puts("a thousand left behind");
    fflush(stdout);
    FILE *status = fopen("/proc/self/statm", "r");
    CHECK(status != NULL && fscanf(status, "%ld", &pages) == 1);
    fclose(status);
    rlim_t size = (rlim_t)(pages * sysconf(_SC_PAGESIZE));
    const struct rlimit as_it_is = {size, size};
    CHECK(setrlimit(RLIMIT_AS, &as_it_is) == 0);
    return 3;
}
