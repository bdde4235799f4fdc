/* Works, with interposer.c in LD_PRELOAD too, and says whether that one saw all twelve calls, or none. */
#include "../support/work.h"

__attribute__((weak)) int interposer_count(void);

int main(int argc, char **argv)
{
    (void)argv;
    work();
    leave_behind();
    int count = interposer_count ? interposer_count() : 0;
    if (argc == 1)
        printf("the other one saw %d calls\n", count);
    puts("worked beside another");
    return 3;
}
