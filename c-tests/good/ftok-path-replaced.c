/* Writes a file in place, and goes to another folder where there is a file of that name. */
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
    char folder[] = "/tmp/in-place-XXXXXX";
    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0 && mkdir("inside", 0700) == 0);
    make("queue");
    make("inside/queue");
    key_t before = ftok("queue", 'Q');
    int file = open("queue", O_WRONLY | O_TRUNC);
    CHECK(file != -1 && write(file, "new", 3) == 3 && close(file) == 0);
    CHECK(ftok("queue", 'Q') == before);
    CHECK(chdir("inside") == 0);
    CHECK(ftok("queue", 'Q') != before);
    CHECK(unlink("queue") == 0 && chdir("..") == 0 && unlink("queue") == 0);
    CHECK(rmdir("inside") == 0 && rmdir(folder) == 0);
    return 0;
}
