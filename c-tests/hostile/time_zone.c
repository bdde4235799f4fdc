/* Chooses its time zone after its first call. localtime_r reads TZ only once in a process: whoever asks it for the time
   before, for a trace say, makes the choice for the program. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <stdlib.h>
#include <time.h>

int main(void)
{
    const time_t epoch = 0;
    struct tm broken_down;
    char text[32];
    work();
    CHECK(setenv("TZ", "HERE-3", 1) == 0);
    CHECK(localtime_r(&epoch, &broken_down) != NULL);
    CHECK(strftime(text, sizeof text, "%H:%M %Z", &broken_down) > 0);
    puts(text);
    return 3;
}
