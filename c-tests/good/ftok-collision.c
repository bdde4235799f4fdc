/* Two names of one file have one key, two files have two, and one file has as many as there are projects. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(void)
{
    char folder[] = "/tmp/two-names-XXXXXX";
    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    CHECK(close(open("first", O_CREAT | O_EXCL | O_WRONLY, 0600)) == 0);
    CHECK(close(open("other", O_CREAT | O_EXCL | O_WRONLY, 0600)) == 0);
    CHECK(link("first", "second") == 0 && symlink("first", "third") == 0);
    key_t key = ftok("first", 'A');
    CHECK(key != -1 && ftok("second", 'A') == key && ftok("third", 'A') == key && ftok("./first", 'A') == key);
    CHECK(ftok("first", 'B') != key && ftok("other", 'A') != key);
    CHECK(unlink("first") == 0 && unlink("second") == 0 && unlink("third") == 0 && unlink("other") == 0);
    CHECK(rmdir(folder) == 0);
    return 0;
}
