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

/* Enters new namespaces, if need be as root of a new user namespace; whether it could. */
static inline int enter_namespaces(int which)
{
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    return unshare(which) == 0 ||
           (unshare(CLONE_NEWUSER | which) == 0 && write_text("/proc/self/uid_map", users) &&
            write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/gid_map", groups));
}

static inline void enter_own_namespace(void)
{
    if (!enter_namespaces(CLONE_NEWIPC))
        cannot("no IPC namespace of one's own can be made here");
}

/* A file of /proc/sys/kernel, after enter_own_namespace(). */
static inline void set_limit(const char *path, const char *value)
{
    if (!write_text(path, value))
        cannot("the limits of an IPC namespace of one's own cannot be set here");
}

#endif
