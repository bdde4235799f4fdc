/* The whole range of projects. */
#include "../support/check.h"
#include <sys/ipc.h>

int main(void)
{
    for (int project = 1; project <= 255; project++)
        CHECK(ftok("/", project) != -1);
    return 0;
}
