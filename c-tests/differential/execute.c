/*
 * Makes one call and prints it: arguments, result, errno, then the effect. Before every call errno holds a value that
 * nobody writes, so a success that touches it shows.
 */

static char *buffers; /* a page to write to, one without access, one to read only */
enum { BUFFER = 512, PATTERN = 0xa5 };

/* The call through libc, or past it. */
static int get(const struct step *step)
{
    return step->raw ? syscall(SYS_shmget, step->key, step->size, step->flags)
                     : shmget(step->key, step->size, step->flags);
}

static char *attach(const struct step *step)
{
    return step->raw ? (char *)syscall(SYS_shmat, step->id, step->address, step->flags)
                     : shmat(step->id, step->address, step->flags);
}

static int detach(const struct step *step)
{
    return step->raw ? syscall(SYS_shmdt, step->address) : shmdt(step->address);
}

static int control(const struct step *step, char *buffer)
{
    return step->raw ? raw_shmctl(step->id, step->command, buffer)
                     : shmctl(step->id, step->command, (struct shmid_ds *)buffer);
}

static int error; /* errno as the last call left it */

static void print_result(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    printf(", errno %s\n", name_number(error, errno_names));
}

static void count(const struct step *step, bool failed)
{
    int slot = !failed ? 0 : error > 0 && error < ERRNOS ? error : ERRNOS - 1;
    counts->tally[step->call][slot]++;
}

static void do_shmget(const struct step *step)
{
    errno = SENTINEL;
    int id = get(step);
    error = errno;
    printf("shmget(%#x, %zu, %s)", step->key, step->size, name_flags(step->flags, get_flags));
    print_result(" = %d", id);
    count(step, id == -1);
    add_key(step->key);
    if (id >= 0)
        add_segment(id, false);
}

static void do_shmat(const struct step *step)
{
    struct shmid_ds segment = {0};
    look(step->id, &segment);
    errno = SENTINEL;
    char *address = attach(step);
    error = errno;
    printf("shmat(%d, %s, %s)", step->id, name_address(step->address), name_flags(step->flags, attach_flags));
    count(step, address == (void *)-1);
    if (address == (void *)-1) {
        print_result(" = -1");
        return;
    }
    size_t length = segment.shm_segsz ? (segment.shm_segsz + page - 1) & -page : page;
    bool chosen = !step->address;
    if (!chosen || in_area(address, 0) || (uintptr_t)address % page)
        printf(" at %s", name_address(address));
    print_result(" = attachment-%d", add_attachment(address, length, chosen)->number);
    observe_mappings(address);
    observe_bytes(address, segment.shm_segsz < 8 ? segment.shm_segsz : 8);
    if (segment.shm_segsz > 16)
        observe_bytes(address + segment.shm_segsz - 8, 8);
}

static void do_shmdt(const struct step *step)
{
    printf("shmdt(%s)", name_address(step->address));
    errno = SENTINEL;
    int result = detach(step);
    error = errno;
    print_result(" = %d", result);
    count(step, result == -1);
    if ((uintptr_t)step->address % page == 0)
        forget_attachment(step->address);
    observe_mappings(NULL);
}

/* `before`: the totals before the call. The kernel may have taken back pages since then. */
static void print_filled(const struct step *step, const void *buffer, const struct shm_info *before)
{
    const struct shminfo *limits = buffer;
    const struct shm_info *totals = buffer;
    struct shm_info after;
    char text[256];
    switch (step->command) {
    case IPC_INFO:
        printf("    limits: max %lu min %lu segments %lu each %lu all %lu\n", limits->shmmax, limits->shmmin,
               limits->shmmni, limits->shmseg, limits->shmall);
        break;
    case SHM_INFO:
        printf("    totals: %d segments, %lu pages, %lu %lu\n", totals->used_ids, totals->shm_tot,
               totals->swap_attempts, totals->swap_successes);
        after = ask_totals();
        if (pages_in_use(totals) > pages_in_use(before) || pages_in_use(totals) < pages_in_use(&after))
            printf("    not as many in use: %lu, before %lu\n", pages_in_use(totals), pages_in_use(before));
        break;
    default:
        describe(buffer, text);
        printf("    buffer: %s\n", text);
    }
}

/* How far the call wrote into a buffer, whatever it wrote. */
static void print_extent(const char *before, const char *after)
{
    size_t first = 0, end = BUFFER;
    while (first < BUFFER && before[first] == after[first])
        first++;
    while (end > first && before[end - 1] == after[end - 1])
        end--;
    if (first < end)
        printf("    written: up to byte %zu, from %s\n", end - BUFFER / 2,
               first < BUFFER / 2 ? "before its begin" : "within");
}

static void do_shmctl(const struct step *step)
{
    static const char *const names[] = {"buffer", "NULL", "0x1", "read-only", "cut off", "kernel's", "misaligned"};
    _Alignas(max_align_t) char before[BUFFER];
    char *good = buffers + BUFFER / 2;
    char *const addresses[] = {good, NULL, (char *)1, buffers + 2 * page, buffers + page - 40,
                               KERNEL_ADDRESS, good + 1};
    memset(buffers, PATTERN, page);
    struct shmid_ds wanted, *filled = (struct shmid_ds *)(good + (step->buffer == MISALIGNED_BUFFER));
    memcpy(&wanted, filled, sizeof wanted);
    if (step->command == IPC_SET) {
        wanted.shm_perm.uid = step->uid;
        wanted.shm_perm.gid = step->gid;
        wanted.shm_perm.mode = step->mode;
        memcpy(filled, &wanted, sizeof wanted);
    }
    memcpy(before, buffers, BUFFER);
    struct shm_info totals = ask_totals();
    errno = SENTINEL;
    int result = control(step, addresses[step->buffer]);
    error = errno;
    printf("shmctl(%d, %s, %s", step->id, name_number(step->command, command_names), names[step->buffer]);
    if (step->command == IPC_SET && (step->buffer == GOOD || step->buffer == MISALIGNED_BUFFER))
        printf(" of uid %d gid %d mode %#o", step->uid, step->gid, step->mode);
    print_result(") = %d", result);
    count(step, result == -1);
    if (step->buffer != CUT_BUFFER)
        print_extent(before, buffers);
    if (result >= 0 && memcmp(before, buffers, BUFFER) != 0)
        print_filled(step, memcpy(before, filled, sizeof(struct shmid_ds)), &totals);
}

static void do_ftok(const struct step *step)
{
    errno = SENTINEL;
    key_t key = ftok(step->path, step->project);
    error = errno;
    if ((uintptr_t)step->path <= 1 || step->path == KERNEL_ADDRESS)
        printf("ftok(%#lx, %d)", (unsigned long)step->path, step->project);
    else
        printf("ftok(\"%.20s\", %d)", step->path, step->project);
    print_result(" = %#x", key);
    count(step, key == -1);
    add_key(key);
}

static void execute(const struct step *step)
{
    static void (*const calls[CALLS])(const struct step *) = {do_shmget, do_shmat, do_shmdt, do_shmctl, do_ftok};
    if (step->raw) {
        printf("past libc: ");
        counts->deeds[RAW]++;
    }
    calls[step->call](step);
    observe_segments();
}
