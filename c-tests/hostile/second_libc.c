/* second_libc LIBRARY: loads the keeper (keeper.c) once more, in a namespace of the loader's own (dlmopen(3)), with a libc of its
   own: its calls and ours have nothing to do with one another. Where that cannot be done it ends with 77. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <dlfcn.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    work();
    void *library = dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW);
    if (library == NULL) {
        printf("dlmopen: %s\n", dlerror());
        return 77;
    }
    void (*keep)(int) = (void (*)(int))dlsym(library, "keeper_keep");
    CHECK(keep != NULL);
    work();
    int kept = shmget(IPC_PRIVATE, 10, IPC_CREAT | 0600);
    CHECK(kept >= 0);
    keep(kept);
    if (argc > 2) {
        CHECK(dlclose(library) == 0);
        CHECK(shmctl(kept, IPC_RMID, NULL) == -1 && errno == EINVAL);
        work();
    }
    leave_behind();
    puts("worked beside a second libc");
    return 3;
}
