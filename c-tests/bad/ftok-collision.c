/* Makes two files whose inodes agree in their low 16 bits, and a key of each. In a tmpfs the inodes count up, so that is
   done in a moment. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <sys/ipc.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MOST = 3 * 65536 };

static ino_t make(const char *name)
{
    struct stat status;
    int file = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
    CHECK(file != -1);
    CHECK(fstat(file, &status) == 0);
    CHECK(close(file) == 0);
    return status.st_ino;
}

static int make_both(void)
{
    ino_t first = make("first");
    for (int made = 0; made < MOST; made++) {
        ino_t second = make("second");
        if (second != first && (second & 0xffff) == (first & 0xffff))
            return 1;
        CHECK(unlink("second") == 0);
        /* A file system that gives the same inode again. */
        if (made > 0 && second - first > 2 * (ino_t)MOST)
            return 0;
    }
    return 0;
}

int main(void)
{
    char folder[] = "/dev/shm/collision-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        puts("/dev/shm cannot be written");
        return 77;
    }
    int both = make_both();
    key_t first = ftok("first", 'A'), second = both ? ftok("second", 'A') : -1;
    unlink("first");
    unlink("second");
    rmdir(folder);
    if (!both) {
        puts("the inodes of /dev/shm do not count up");
        return 77;
    }
    CHECK(first == second);
    return 0;
}
