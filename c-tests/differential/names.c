/*
 * Words for numbers: errno, flags, commands, processes, addresses. What differs from run to run (a pid, an address)
 * gets a name that does not.
 */

struct name {
    int value;
    const char *text;
};

enum { SENTINEL = 24301 }; /* no errno: whoever finds it knows that nobody wrote there */

static const struct name errno_names[] = {
    {SENTINEL, "untouched"}, {0, "0"}, {EPERM, "EPERM"}, {ENOENT, "ENOENT"}, {EINTR, "EINTR"}, {EBADF, "EBADF"},
    {EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"}, {EFAULT, "EFAULT"}, {EEXIST, "EEXIST"},
    {ENOTDIR, "ENOTDIR"}, {EINVAL, "EINVAL"}, {ENOSPC, "ENOSPC"}, {ELOOP, "ELOOP"}, {ENAMETOOLONG, "ENAMETOOLONG"},
    {ENOSYS, "ENOSYS"}, {EIDRM, "EIDRM"}, {EOVERFLOW, "EOVERFLOW"}, {EOPNOTSUPP, "EOPNOTSUPP"},
    {ENFILE, "ENFILE"}, {0, NULL},
};

static const struct name command_names[] = {
    {IPC_RMID, "IPC_RMID"}, {IPC_SET, "IPC_SET"}, {IPC_STAT, "IPC_STAT"}, {IPC_INFO, "IPC_INFO"},
    {SHM_LOCK, "SHM_LOCK"}, {SHM_UNLOCK, "SHM_UNLOCK"}, {SHM_STAT, "SHM_STAT"}, {SHM_INFO, "SHM_INFO"},
    {SHM_STAT_ANY, "SHM_STAT_ANY"}, {0, NULL},
};

static const struct name get_flags[] = {{IPC_CREAT, "IPC_CREAT"}, {IPC_EXCL, "IPC_EXCL"}, {0, NULL}};
static const struct name attach_flags[] = {
    {SHM_RDONLY, "SHM_RDONLY"}, {SHM_RND, "SHM_RND"}, {SHM_REMAP, "SHM_REMAP"}, {SHM_EXEC, "SHM_EXEC"}, {0, NULL},
};

/* A name is valid until the fourth call from then. */
static char *scratch(void)
{
    static char texts[4][96];
    static unsigned turn;
    return texts[turn++ % 4];
}

static const char *name_number(int value, const struct name *names)
{
    for (; names->text; names++)
        if (names->value == value)
            return names->text;
    char *text = scratch();
    sprintf(text, "%d", value);
    return text;
}

static const char *name_flags(int flags, const struct name *names)
{
    char *text = scratch(), *end = text;
    for (; names->text; names++) {
        if (flags & names->value) {
            end += sprintf(end, "%s%s", end == text ? "" : "|", names->text);
            flags &= ~names->value;
        }
    }
    if (flags || end == text)
        sprintf(end, "%s%#o", end == text ? "" : "|", flags);
    return text;
}

static const char *name_process(pid_t pid)
{
    if (pid == 0)
        return "nobody";
    if (pid == world->driver)
        return "self";
    if (pid == world->maker)
        return "maker";
    for (int i = world->children_made; i-- > 0;) {
        if (world->children[i] == pid) {
            char *text = scratch();
            sprintf(text, "child-%d", i + 1);
            return text;
        }
    }
    return "a stranger";
}

static const char *name_address(const void *address)
{
    char *text = scratch();
    const struct attachment *known = attachment_of(address);
    if (in_area(address, 0))
        sprintf(text, "area+%#zx", (size_t)((const char *)address - area));
    else if (known)
        sprintf(text, "attachment-%d+%#zx", known->number, (size_t)((const char *)address - known->address));
    else if (address == shared)
        return "another mapping";
    else
        sprintf(text, "%#lx", (unsigned long)address);
    return text;
}
