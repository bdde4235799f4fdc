/*
 * Lets programs written for old compilers compile, unchanged and without flags, on new ones; sys/shm.h includes it.
 * Off with SHMSAN_NO_LEGACY, which a program needs whose own global `sleep` is unlike libc's, or whose `gets` is no
 * function.
 */
#pragma GCC system_header

#if !defined SHMSAN_LEGACY_H && !defined SHMSAN_NO_LEGACY
#define SHMSAN_LEGACY_H

#ifdef __cplusplus

/* C++14 took `gets` out, and libc no longer declares it. Up to C++11 libc's own is there, and stays. clang before 9
   has no __builtin_FILE. */
#if __cplusplus > 201103L && !defined gets && (!defined __clang__ || __clang_major__ >= 9)

#include "../shmsan.h"

/* A program may include this inside its own extern "C". */
extern "C++" {

/* What a call of gets brings. Default arguments are evaluated where the call stands. */
struct shmsan_gets_call {
    char *s;
    const char *file;
    int line;
    const char *func;

    shmsan_gets_call(char *s, const char *file = __builtin_FILE(), int line = __builtin_LINE(),
                     const char *func = __builtin_FUNCTION())
        : s(s), file(file), line(line), func(func) {}
};

/* Stops at the end of the segment that s lies in, and reports `overflow`. Any gets of the program's own is preferred to
   this one: a template, and one that needs a conversion to a class. */
template <typename = void> char *gets(shmsan_gets_call call) {
    return shmsan_gets_at(call.s, call.file, call.line, call.func);
}
}

#endif

/* Clang since 15, and gcc since 14 from C99 on, refuse what they let pass with a warning before. Where it is a warning
   still, nothing is done, so that an explicit -Werror=int-conversion keeps its meaning. */
#elif defined __clang__ ? __clang_major__ >= 15 : __GNUC__ >= 14 && __STDC_VERSION__ >= 199901L

/* `*s = NULL` with a char on the left: a warning again, to the end of the file. In two steps, since up to clang 18 an
   error cannot become a warning in one. */
#pragma GCC diagnostic ignored "-Wint-conversion"
#pragma GCC diagnostic warning "-Wint-conversion"

/* `sleep(1)` without <unistd.h>. Not the header itself: a program may have an `access` or a `link` of its own. */
#if __STDC_VERSION__ >= 199901L && !defined sleep
extern unsigned sleep(unsigned);
#endif

#endif
#endif
