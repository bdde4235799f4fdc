/*
 * Found before the system's <sys/shm.h> where shmsan's headers come first (-I): passes on to that one, then adds
 * shmsan.h, what old programs miss on new compilers, and macros that tell shmsan the FILE:LINE and function of a call.
 * Off with SHMSAN_NO_MACROS; in C++, where methods and namespaces may have these names, on only with SHMSAN_MACROS.
 */

/*
 * What the macros touch is a call: the name and, in parentheses, as many arguments as the function takes.
 * `int shmget();`, `&shmget`, `(shmget)(key, size, flags)` and `ops->shmget(self, key, size, flags)` stay as written.
 *
 * What looks like a call and is none needs SHMSAN_NO_MACROS: a whole prototype, `int shmget(key_t, size_t, int);`,
 * after this header (before it, it is fine), and a struct member with such a name and as many parameters, unless its
 * call is written `(ops->shmget)(key, size, flags)`.
 *
 * A call that no macro has touched is reported by its return address. Of a call over several lines, gcc names the first
 * and clang the last.
 */
#pragma GCC system_header

/* Outside the guard: the next on the path may be a second copy of this file, with the system's only behind it. */
#include_next <sys/shm.h>

#ifndef SHMSAN_SYS_SHM_H
#define SHMSAN_SYS_SHM_H

#include "../shmsan.h"
#include "../shmsan/legacy.h"

#if !defined SHMSAN_NO_MACROS && (!defined __cplusplus || defined SHMSAN_MACROS)

/* Only __VA_OPT__ tells `int shmdt();` from `shmdt(p)`: without it (gcc before 8, clang before 12) no macros. */
#define SHMSAN_THIRD(first, second, third, ...) third
#define SHMSAN_HAS_VA_OPT(...) SHMSAN_THIRD(__VA_OPT__(, ), 1, 0, )
#if SHMSAN_HAS_VA_OPT(?)

/* In its own expansion a macro's name is not expanded again: the lower-case name is what the program wrote. */
#define shmget(...) SHMSAN_OF_3(SHMSAN_SHMGET, shmget, shmget __VA_OPT__(, ) __VA_ARGS__)(__VA_ARGS__)
#define shmat(...) SHMSAN_OF_3(SHMSAN_SHMAT, shmat, shmat __VA_OPT__(, ) __VA_ARGS__)(__VA_ARGS__)
#define shmdt(...) SHMSAN_OF_1(SHMSAN_SHMDT, shmdt, shmdt __VA_OPT__(, ) __VA_ARGS__)(__VA_ARGS__)
#define shmctl(...) SHMSAN_OF_3(SHMSAN_SHMCTL, shmctl, shmctl __VA_OPT__(, ) __VA_ARGS__)(__VA_ARGS__)
/* Declared in <sys/ipc.h>, which every <sys/shm.h> includes: its prototype is behind us. */
#define ftok(...) SHMSAN_OF_2(SHMSAN_FTOK, ftok, ftok __VA_OPT__(, ) __VA_ARGS__)(__VA_ARGS__)

#define SHMSAN_SHMGET(...) shmsan_shmget_at(__VA_ARGS__, SHMSAN_SITE)
#define SHMSAN_SHMAT(...) shmsan_shmat_at(__VA_ARGS__, SHMSAN_SITE)
#define SHMSAN_SHMDT(...) shmsan_shmdt_at(__VA_ARGS__, SHMSAN_SITE)
#define SHMSAN_SHMCTL(...) shmsan_shmctl_at(__VA_ARGS__, SHMSAN_SITE)
#define SHMSAN_FTOK(...) shmsan_ftok_at(__VA_ARGS__, SHMSAN_SITE)
#define SHMSAN_SITE __FILE__, __LINE__, __extension__ __FUNCTION__

/* `sited` where the name is followed by that many arguments, else `plain`: the name and its arguments push the list to
   the right, up to 63 arguments (the commas of a compound literal count). With the name in front none is ever empty,
   which C90 forbids. */
#define SHMSAN_OF_1(sited, plain, ...) SHMSAN_65TH(__VA_ARGS__, SHMSAN_60(plain), plain, plain, sited, plain, ~)
#define SHMSAN_OF_2(sited, plain, ...) SHMSAN_65TH(__VA_ARGS__, SHMSAN_60(plain), plain, sited, plain, plain, ~)
#define SHMSAN_OF_3(sited, plain, ...) SHMSAN_65TH(__VA_ARGS__, SHMSAN_60(plain), sited, plain, plain, plain, ~)
#define SHMSAN_60(word) SHMSAN_20(word), SHMSAN_20(word), SHMSAN_20(word)
#define SHMSAN_20(word) SHMSAN_5(word), SHMSAN_5(word), SHMSAN_5(word), SHMSAN_5(word)
#define SHMSAN_5(word) word, word, word, word, word
#define SHMSAN_65TH(...) SHMSAN_PICK_65TH(__VA_ARGS__)
#define SHMSAN_PICK_65TH( \
    a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24, \
    a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45, a46, \
    a47, a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62, a63, a64, chosen, ...) \
    chosen

#endif
#endif
#endif
