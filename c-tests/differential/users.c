/*
 * Who this process is, and where: effective ids and capabilities of root, owner, creator, group and others
 * (credentials(7), capabilities(7)), and another IPC namespace and back (unshare(2), setns(2)).
 */

struct identity {
    const char *name;
    uid_t user; /* added to the other user's number; -1: root */
    gid_t group;
    int with; /* one more group; -1: none */
    uint64_t dropped;
};

static const struct identity identities[] = {
    {"root", -1, -1, -1, 0},
    {"root", -1, -1, -1, 0},
    {"root without CAP_IPC_OWNER", -1, -1, -1, 1 << CAP_IPC_OWNER},
    {"root without CAP_SYS_ADMIN", -1, -1, -1, 1 << CAP_SYS_ADMIN},
    {"root without CAP_IPC_LOCK", -1, -1, -1, 1 << CAP_IPC_LOCK},
    {"the user", 0, 0, -1, 0},
    {"the user", 0, 0, -1, 0},
    {"another in the user's group", 1, 0, -1, 0},
    {"another with the user's group", 1, 1, 0, 0},
    {"another", 1, 1, -1, 0},
};

/* Effective capabilities are all that are permitted but the dropped ones. */
static int keep_capabilities(uint64_t dropped)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0)
        return -1;
    for (int i = 0; i < 2; i++)
        data[i].effective = data[i].permitted & ~(uint32_t)(dropped >> 32 * i);
    return syscall(SYS_capset, &header, data);
}

static bool take_identity(const struct identity *one)
{
    gid_t with = shared->user + one->with;
    /* The saved id stays root's, to come back. */
    bool done = seteuid(0) == 0 && setresuid(0, 0, 0) == 0 && keep_capabilities(0) == 0;
    done = done && setgroups(one->with >= 0, &with) == 0;
    done = done && setegid(one->group == (gid_t)-1 ? 0 : shared->user + one->group) == 0;
    /* Locked memory is counted by real id, and root's by the whole machine. */
    uid_t real = one->user == (uid_t)-1 ? one->dropped ? shared->user : 0 : shared->user + one->user;
    done = done && setresuid(real, one->user == (uid_t)-1 ? 0 : real, 0) == 0;
    if (done && one->dropped)
        done = keep_capabilities(one->dropped) == 0;
    /* Who is not dumpable may not read files of its own in /proc. */
    prctl(PR_SET_DUMPABLE, 1);
    return done;
}

static void change_user(void)
{
    const struct identity *one = &identities[below(sizeof identities / sizeof *identities)];
    if (shared->starter != 0 || world->maker)
        return;
    begin_line();
    bool done = take_identity(one);
    printf("becomes %s: %s\n", one->name, done ? "done" : name_number(errno, errno_names));
    counts->deeds[OTHER_USER] += done;
    observe_all();
}

/* Into an IPC namespace of our own and perhaps back, with a world of its own: ids there are others. Children only. */
static void go_elsewhere(void)
{
    int home = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
    const char *kind = "as we are";
    begin_line();
    int result = unshare(CLONE_NEWIPC);
    if (result != 0 && errno == EPERM) {
        kind = "in a user namespace";
        result = unshare(CLONE_NEWUSER | CLONE_NEWIPC);
    }
    printf("unshare, %s: %s\n", kind, result ? name_number(errno, errno_names) : "done");
    if (result == 0) {
        struct world *at_home = world;
        counts->deeds[ELSEWHERE]++;
        world = memcpy(&shared->elsewhere, at_home, sizeof *world);
        world->elsewhere = true;
        observe_all();
        for (int steps = 2 + below(8); steps > 0; steps--)
            do_step();
        begin_line();
        result = setns(home, CLONE_NEWIPC);
        printf("setns: %s\n", result ? name_number(errno, errno_names) : "done");
        if (result == 0) {
            counts->deeds[BACK]++;
            at_home->children_made = world->children_made;
            at_home->attachments_made = world->attachments_made;
            memcpy(at_home->children, world->children, sizeof world->children);
            world = at_home;
            observe_all();
        }
    }
    close(home);
}
