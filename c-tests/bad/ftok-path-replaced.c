/* Makes a key of a file, replaces the file as an editor does, and makes a key of it again. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static void make(const char *name)
{
    CHECK(close(open(name, O_CREAT | O_EXCL | O_WRONLY, 0600)) == 0);
}

int main(void)
{
    char folder[] = "/tmp/replaced-XXXXXX";
    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    make("queue");
    make("queue.new");
    key_t before = ftok("queue", 'Q');
    CHECK(rename("queue.new", "queue") == 0);
    key_t after = ftok("queue", 'Q');
    CHECK(before != -1 && after != -1 && before != after);
    CHECK(unlink("queue") == 0 && rmdir(folder) == 0);
    return 0;
}
