/* Limits of one's own: an IPC namespace in which they can be set, as root or in a user namespace where one is allowed.
   Where not, the program says so and ends with 77. */
#ifndef LIMITS_H
#define LIMITS_H

#define _GNU_SOURCE
#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>

__attribute__((noreturn)) static inline void cannot(const char *reason)
{
    printf("%s\n", reason);
    exit(77);
}

/* Whether all of it could be written. */
static inline int write_text(const char *path, const char *text)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return 0;
    int whole = write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    close(descriptor);
    return whole;
}

static inline void enter_own_namespace(void)
{
    char map[64];
    snprintf(map, sizeof map, "0 %u 1", (unsigned)geteuid());
    if (unshare(CLONE_NEWIPC) == 0)
        return;
    if (unshare(CLONE_NEWUSER | CLONE_NEWIPC) != 0 || !write_text("/proc/self/uid_map", map))
        cannot("no IPC namespace of one's own can be made here");
}

/* A file of /proc/sys/kernel, after enter_own_namespace(). */
static inline void set_limit(const char *path, const char *value)
{
    if (!write_text(path, value))
        cannot("the limits of an IPC namespace of one's own cannot be set here");
}

#endif
