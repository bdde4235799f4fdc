/* Calls into the library whose path is the first argument. With a second one, the file of that name takes the library's
   place before, or that of the file named third; with "close", the library is closed again at the end. */
#include "../support/check.h"
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    void *library = dlopen(argv[1], RTLD_NOW);
    CHECK(library != NULL);
    int (*use)(void) = (int (*)(void))dlsym(library, "use_ring");
    CHECK(use != NULL);
    int closes = argc > 2 && strcmp(argv[2], "close") == 0;
    if (argc > 2 && !closes)
        CHECK(rename(argv[2], argv[argc > 3 ? 3 : 1]) == 0);
    CHECK(use() == 0);
    if (closes)
        CHECK(dlclose(library) == 0);
    puts("used");
    return 0;
}
