/* Makes a key with the project 0, and with one whose low 8 bits are 0. */
#include "../support/check.h"
#include <sys/ipc.h>

int main(void)
{
    CHECK(ftok("/", 0) != -1);
    CHECK(ftok("/", 256) != -1);
    return 0;
}
