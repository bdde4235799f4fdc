/* Tells whether it runs with raised rights (AT_SECURE), works, and leaves a segment behind. A set-user-ID copy of it,
   started by an ordinary user, must not listen to the environment. */
#include "../support/work.h"
#include <sys/auxv.h>

int main(void)
{
    printf("raised rights: %s\n", getauxval(AT_SECURE) ? "yes" : "no");
    work();
    leave_behind();
    return 3;
}
