/* full_disk BALLAST ROUNDS: works that often, which fills the disk that its log is on; then removes the file BALLAST, so
   that there is room again, and works once more. */
#include "../support/work.h"
#include <stdlib.h>

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    for (int round = atoi(argv[2]); round > 0; round--)
        work();
    CHECK(unlink(argv[1]) == 0);
    work();
    return 3;
}
