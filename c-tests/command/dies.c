/* Dies by the signal of its argument. */
#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int number = argc > 1 ? atoi(argv[1]) : SIGKILL;
    signal(number, SIG_DFL);
    raise(number);
    return 1;
}
