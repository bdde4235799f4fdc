/* What every scenario stands on: a claim that, when it is false, is told on standard output and ends the program with
   99. It buffers and allocates nothing, so that it also holds in a signal handler and where memory has run out. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHECK(claim) ((claim) ? (void)0 : check_failed(#claim, __FILE__, __LINE__))

__attribute__((noreturn)) static inline void check_failed(const char *claim, const char *file, int line)
{
    int seen = errno;
    char text[512];
    int length = snprintf(text, sizeof text, "%s:%d: not so: %s (errno %d)\n", file, line, claim, seen);
    ssize_t written = write(STDOUT_FILENO, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
    (void)written;
    _exit(99);
}

#endif
