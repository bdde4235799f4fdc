/* Makes a key with a project above 255, and with a char that is negative. */
#include "../support/check.h"
#include <sys/ipc.h>

int main(void)
{
    signed char letter = (signed char)0xe9;
    CHECK(ftok("/", 257) == ftok("/", 1));
    CHECK(ftok("/", letter) == ftok("/", 0xe9));
    return 0;
}
