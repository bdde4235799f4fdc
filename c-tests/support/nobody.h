/* Being an ordinary user for a while. Only root can; where that is not so, the program says so and ends with 77. */
#ifndef NOBODY_H
#define NOBODY_H

#include "limits.h"
#include <grp.h>

enum { NOBODY = 65534 };

/* With no further groups. */
static inline void become_nobody(void)
{
    if (setgroups(0, NULL) != 0 || setegid(NOBODY) != 0 || seteuid(NOBODY) != 0)
        cannot("only root can become an ordinary user");
}

static inline void become_root(void)
{
    CHECK(seteuid(0) == 0 && setegid(0) == 0);
}

#endif
