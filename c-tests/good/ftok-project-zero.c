/* Projects from one end to the other; and 0 where no key is made anyway. */
#include "../support/check.h"
#include <sys/ipc.h>

int main(void)
{
    CHECK(ftok("/", 1) != -1 && ftok("/", '0') != -1 && ftok("/", 255) != -1);
    CHECK(ftok("/no/such/file", 0) == -1 && errno == ENOENT);
    return 0;
}
