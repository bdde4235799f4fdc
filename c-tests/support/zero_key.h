/* A file of which ftok makes the key 0: the low 8 bits of its device and the low 16 of its inode are 0. It lies in a file
   system of one's own, which only root can have, or who may be root in a user namespace. */
#ifndef ZERO_KEY_H
#define ZERO_KEY_H

#include "limits.h"
#include <sys/mount.h>
#include <sys/stat.h>

#define ZERO_FOLDER "/mnt"
#define ZERO_FILE ZERO_FOLDER "/file"

static inline void enter_own_mounts(void)
{
    if (!enter_namespaces(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        cannot("no mounts of one's own can be made here");
}

static inline void make_zero_file(void)
{
    struct stat status = { .st_dev = 1, .st_ino = 1 };
    enter_own_mounts();
    /* Devices are numbered one after the other. */
    for (int each = 0; status.st_dev & 0xff; each++)
        if (each == 1000 || mount("none", ZERO_FOLDER, "tmpfs", 0, NULL) != 0 || stat(ZERO_FOLDER, &status) != 0)
            cannot("no file system whose device ends in 0 can be made here");
    /* Inodes, too. */
    for (int each = 0; status.st_ino & 0xffff; each++) {
        unlink(ZERO_FILE);
        int descriptor = open(ZERO_FILE, O_CREAT | O_EXCL | O_RDWR, 0600);
        if (each == 200000 || descriptor < 0 || fstat(descriptor, &status) != 0)
            cannot("no file whose inode ends in 0 can be made here");
        close(descriptor);
    }
}

#endif
