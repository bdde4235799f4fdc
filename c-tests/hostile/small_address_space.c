/* Has no address space left: RLIMIT_AS is what it uses already, before its first call, or with "late" as argument after
   some. Then nothing can be attached, with ENOMEM; what needs no memory works, and after the limit is raised all does. */
#include "../support/work.h"
#include <stdlib.h>
#include <sys/resource.h>

static void limit_address_space(rlim_t soft)
{
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
    limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "late") == 0)
        work();
    /* Its buffer is taken while there is memory. */
    puts("the limit comes");
    limit_address_space(4096);

    errno = UNTOUCHED;
    int shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    CHECK(shmid >= 0 && errno == UNTOUCHED);
    for (int time = 0; time < 100; time++)
        CHECK(shmat(shmid, NULL, 0) == (void *)-1 && errno == ENOMEM);
    CHECK(shmdt((void *)4096) == -1 && errno == EINVAL);
    CHECK(ftok("/no/such/file", 'w') == -1 && errno == ENOENT);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    /* More segments than can be kept in mind without new memory. */
    static int many[1000];
    for (int each = 0; each < 1000; each++)
        CHECK((many[each] = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0);
    for (int each = 0; each < 1000; each++)
        CHECK(shmctl(many[each], IPC_RMID, NULL) == 0);
    puts("nothing can be attached: ENOMEM");

    limit_address_space(RLIM_INFINITY);
    work();
    puts("the limit is gone: all works");
    limit_address_space(4096);
    leave_behind();
    return 3;
}
