/*
 * What bounds the calls: the sysctls of the IPC namespace, resource limits, a seccomp filter. A user who is not root
 * asks the maker to write the sysctls (sysctl(2), getrlimit(2), seccomp(2)).
 */

static const char *const limit_names[] = {"shmmax", "shmall", "shmmni", "shm_rmid_forced"};
enum { LIMITS = sizeof limit_names / sizeof *limit_names };
static unsigned long usual_limits[LIMITS];
static int to_maker[2] = {-1, -1}, from_maker[2];

struct request {
    int which;
    unsigned long value;
};

static int open_limit(int which, int flags)
{
    char path[64];
    sprintf(path, "/proc/sys/kernel/%s", limit_names[which]);
    return open(path, flags | O_CLOEXEC);
}

static unsigned long read_limit(int which)
{
    char text[32] = "";
    int descriptor = open_limit(which, O_RDONLY);
    if (descriptor >= 0 && read(descriptor, text, sizeof text - 1) < 0)
        text[0] = '\0';
    close(descriptor);
    return strtoul(text, NULL, 10);
}

/* 0 or the errno. */
static int write_limit_here(const struct request *wanted)
{
    char text[32];
    int descriptor = open_limit(wanted->which, O_WRONLY), length = sprintf(text, "%lu", wanted->value);
    if (descriptor < 0)
        return errno;
    int error = write(descriptor, text, length) == length ? 0 : errno;
    close(descriptor);
    return error;
}

static int write_limit(int which, unsigned long value)
{
    struct request wanted = {which, value};
    int error;
    if (to_maker[1] < 0)
        return write_limit_here(&wanted);
    if (write(to_maker[1], &wanted, sizeof wanted) != sizeof wanted ||
        read(from_maker[0], &error, sizeof error) != sizeof error)
        fail("to ask the maker");
    return error;
}

/* The maker's part, until nobody can ask any more. */
static void serve_limits(void)
{
    struct request wanted;
    while (read(to_maker[0], &wanted, sizeof wanted) == sizeof wanted) {
        int error = write_limit_here(&wanted);
        if (write(from_maker[1], &error, sizeof error) != sizeof error)
            return;
    }
}

static void set_limit(void)
{
    struct shm_info now;
    int which = below(LIMITS);
    raw_shmctl(0, SHM_INFO, &now);
    unsigned long usual = usual_limits[which], value[LIMITS] = {
        ONE_OF(unsigned long, page, 10000, 65536, 0, usual, usual),
        ONE_OF(unsigned long, now.shm_tot, now.shm_tot + 3, now.shm_tot + 20, 0, usual, usual),
        now.used_ids + below(3),
        below(2),
    };
    if (which == 2 && percent(30))
        value[which] = usual;
    begin_line();
    if (world->elsewhere && to_maker[1] >= 0) {
        printf("the limits here are out of reach\n");
        return;
    }
    int error = write_limit(which, value[which]);
    printf("%s = %lu: %s\n", limit_names[which], value[which], name_number(error, errno_names));
    counts->deeds[LIMITED] += error == 0;
    world->limits_changed = true;
    observe_segments();
}

static void reset_limits(void)
{
    for (int i = 0; i < LIMITS && world->limits_changed; i++)
        write_limit(i, usual_limits[i]);
    world->limits_changed = false;
}

static unsigned long address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%lu", &pages) != 1)
        fail("statm");
    fclose(file);
    return pages * page;
}

static void set_resources(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_MEMLOCK, &limit);
    limit.rlim_cur = percent(25) || limit.rlim_max < 4 * page ? 0 : 4 * page;
    setrlimit(RLIMIT_MEMLOCK, &limit);
    getrlimit(RLIMIT_AS, &limit);
    /* What guard=arena has reserved by then counts too, so its trial does without. */
    limit.rlim_cur = percent(40) && !getenv("UNLIMITED_SPACE") ? address_space() + HEADROOM : limit.rlim_max;
    setrlimit(RLIMIT_AS, &limit);
}

/*
 * From now on one of the calls, or each, fails with an errno that the kernel itself gives rarely or never; the
 * observer's commands do not.
 */
static void set_filter(void)
{
    static const int errors[] = {ENOSYS, ENFILE, EIDRM, EOVERFLOW, EINTR};
    int which = below(5), error = errors[below(sizeof errors / sizeof *errors)];
    unsigned numbers[] = {SYS_shmget, SYS_shmat, SYS_shmdt, SYS_shmctl};
    for (int i = 0; i < 4; i++)
        if (which < 4 && which != i)
            numbers[i] = UINT_MAX;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[SHMGET], 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[SHMAT], 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[SHMDT], 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[SHMCTL], 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SHM_STAT_ANY, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SHM_INFO, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    begin_line();
    int result = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    result = result ? result : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    printf("filter: %s fails with %s: %d\n", which < 4 ? call_names[which] : "each call",
           name_number(error, errno_names), result);
    counts->deeds[FILTERED] += result == 0;
    for (int i = 0; i < 4; i++)
        do_generated_call();
}
