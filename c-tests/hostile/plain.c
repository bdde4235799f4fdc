/* Hostile to nobody: some work, and a segment left behind. Its surroundings come from whoever starts it: the options, the
   descriptors, the limits. With a number as argument it works that many times. */
#include "../support/work.h"
#include <stdlib.h>

int main(int argc, char **argv)
{
    int times = argc > 1 ? atoi(argv[1]) : 1;
    for (int time = 0; time < times; time++)
        work();
    leave_behind();
    printf("worked %d times\n", times);
    return 3;
}
