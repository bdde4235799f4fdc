/*
 * Makes up the next call. Most draw their ids, keys and addresses from what the sequence has made (`live`); the others
 * hold one absurd value. Nothing here may depend on a number that differs from run to run.
 */

enum buffer { GOOD, NULL_BUFFER, ONE_BUFFER, READ_ONLY_BUFFER, CUT_BUFFER, KERNEL_BUFFER, MISALIGNED_BUFFER };

struct step {
    enum call call;
    bool live, raw; /* raw: past libc */
    key_t key;
    size_t size;
    int flags, id, command, project;
    char *address;
    enum buffer buffer;
    const char *path;
    uid_t uid;
    gid_t gid;
    unsigned mode;
};

#define KERNEL_ADDRESS ((char *)0xffff800000000000)

static int draw_mode(void)
{
    return ONE_OF(int, 0600, 0600, 0600, 0666, 0666, 0, 0200, 0400, 0444, 0066, 0640, 0777);
}

/* One of the segments that are there (true) or were (false), the maker's or ours; nothing if there is none. */
static const struct segment *draw_segment(bool there, bool foreign)
{
    const struct segment *fit[MANY];
    unsigned count = 0;
    for (int i = 0; i < world->segments_made; i++)
        if (world->segments[i].there == there && world->segments[i].foreign == foreign)
            fit[count++] = &world->segments[i];
    return count ? fit[below(count)] : NULL;
}

static int draw_id(struct step *step)
{
    unsigned which = below(100);
    const struct segment *drawn = draw_segment(which >= 12, which >= 85);
    if (!drawn)
        drawn = draw_segment(true, false);
    if (!drawn) {
        step->live = false;
        return below(3);
    }
    int id = drawn->id;
    return percent(86) ? id : ONE_OF(int, id + 1, id - 1, id + 32768, id & 32767);
}

static int absurd_id(void)
{
    return ONE_OF(int, -1, INT_MIN, INT_MAX, -32768, 12345, 0x7fff0000);
}

static char *absurd_address(void)
{
    return ONE_OF(char *, (char *)-1, (char *)1, (char *)27, (char *)page, (char *)page + 1, (char *)(16 * page),
                  KERNEL_ADDRESS, (char *)(1UL << 62), (char *)-page, (char *)shared,
                  (char *)LONG_MAX, (char *)LONG_MIN, (char *)(1UL << 47), (char *)((1UL << 47) - page),
                  (char *)((1UL << 47) - 2 * page), (char *)((1UL << 56) - page), (char *)-page + 1);
}

/* A live attachment, or (`live` false) one whose address was detached and cannot have been given out again. */
static const struct attachment *draw_attachment(bool live)
{
    const struct attachment *fit[MANY];
    unsigned count = 0;
    for (int i = 0; i < attachments_known; i++) {
        const struct attachment *one = &attachments[i];
        bool stale = !one->live && (!one->chosen || one->chosen_by_then == addresses_chosen);
        if (live ? one->live : stale)
            fit[count++] = one;
    }
    return count ? fit[below(count)] : NULL;
}

static char *area_page(void)
{
    unsigned spot = below(20);
    return area + ONE_OF(unsigned, spot, spot, AREA_PAGES / 2 + spot, AREA_PAGES / 2 - 1) * page;
}

static void generate_shmget(struct step *step)
{
    size_t any = 1 + below(65536);
    step->size = ONE_OF(size_t, 1, 27, 100, page - 1, page, page + 1, 10000, 10001, 65536, 65537, BIG_SIZE, any);
    step->flags = draw_mode() | ONE_OF(int, 0, IPC_CREAT, IPC_CREAT, IPC_CREAT | IPC_EXCL, IPC_EXCL);
    if (world->keys_used && percent(68)) {
        step->key = world->keys[below(world->keys_used)];
        if (percent(20))
            step->size = 0;
    } else {
        step->live = false;
        step->key = percent(40) ? IPC_PRIVATE : (key_t)(0x162e + below(40));
        if (percent(80))
            step->flags |= IPC_CREAT;
    }
}

/* Root would get the machine's huge pages, where it has some. */
static int huge_flags(void)
{
    glob_t found;
    unsigned long pages = 0, some;
    static int none = -1;
    if (none < 0 && glob("/sys/kernel/mm/hugepages/*/nr_*hugepages", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            FILE *file = fopen(found.gl_pathv[i], "r");
            if (file && fscanf(file, "%lu", &some) == 1)
                pages += some;
            if (file)
                fclose(file);
        }
        globfree(&found);
        none = pages == 0;
    }
    return none == 1 || (geteuid() != 0 && !world->elsewhere)
        ? IPC_CREAT | SHM_HUGETLB | ONE_OF(int, 0, 21 << 26, 30 << 26, 16 << 26)
        : SHM_HUGETLB | 63 << 26;
}

static void absurd_shmget(struct step *step)
{
    switch (below(3)) {
    case 0:
        step->key = ONE_OF(key_t, -1, -1, INT_MIN, INT_MAX, 1);
        break;
    case 1:
        step->size = ONE_OF(size_t, 0, SIZE_MAX, LONG_MAX, 1UL << 62, 1UL << 62, SIZE_MAX - (1UL << 24),
                            SIZE_MAX - (1UL << 24) - page, SIZE_MAX - page, 1UL << 47, (size_t)INT_MAX + 1, UINT_MAX);
        step->flags |= IPC_CREAT;
        break;
    default:
        /* Huge pages only of a size that no machine has: we must not take the machine's. */
        step->flags |= ONE_OF(int, -1, INT_MIN, 0x40000000, 0100000, SHM_HUGETLB | 63 << 26, SHM_HUGETLB | 11 << 26,
                              SHM_NORESERVE, huge_flags(), huge_flags());
    }
}

static void generate_shmat(struct step *step)
{
    const struct attachment *other = NULL;
    unsigned where = below(100);
    step->id = draw_id(step);
    step->flags = ONE_OF(int, 0, 0, 0, 0, SHM_RDONLY, SHM_RDONLY, SHM_RND, SHM_RND | SHM_RDONLY, SHM_REMAP, SHM_REMAP,
                         SHM_REMAP | SHM_RND, SHM_EXEC, SHM_EXEC | SHM_RDONLY);
    if (where < 50)
        step->address = NULL;
    else if (where < 62 && (other = draw_attachment(true)))
        step->address = other->address + ONE_OF(size_t, 0, other->length - page, 1);
    else if (where < 70 && (other = draw_attachment(false)) && !other->chosen)
        step->address = other->address;
    else
        step->address = area_page() + (percent(30) ? 1 + below(page - 1) : 0);
}

static void absurd_shmat(struct step *step)
{
    switch (below(3)) {
    case 0:
        step->id = absurd_id();
        break;
    case 1:
        step->address = absurd_address();
        step->flags |= ONE_OF(int, 0, SHM_RND);
        break;
    default:
        step->flags = ONE_OF(int, -1, INT_MIN, 0x40000000, IPC_CREAT, 0777, -1 & ~SHM_REMAP, INT_MAX,
                             ~(SHM_RDONLY | SHM_REMAP));
    }
}

/*
 * SHM_REMAP replaces what is there: only in the area, below everything, or where no program can have memory. Nor may a
 * big segment lie below everything: static programs begin there, and others do not.
 */
static void keep_harmless(struct step *step)
{
    struct shmid_ds segment = {0};
    if (!look(step->id, &segment))
        return;
    size_t length = (segment.shm_segsz + page - 1) & -page;
    bool low = (uintptr_t)step->address < 17 * page;
    bool high = (uintptr_t)step->address >= 1UL << 62;
    if (low && length > 17 * page)
        step->address = NULL;
    if (!low && !high && !in_area(step->address, length + page))
        step->flags &= ~SHM_REMAP;
}

static void generate_shmdt(struct step *step)
{
    const struct attachment *one;
    unsigned what = below(100);
    if (what < 18 && (one = draw_attachment(false)))
        step->address = one->address;
    else if (what < 88 && (one = draw_attachment(true)))
        step->address = one->address + (what < 70 ? 0 : what < 80 ? one->length - page : 1 + below(one->length - 1));
    else
        step->address = area_page();
}

static void absurd_shmdt(struct step *step)
{
    step->address = percent(30) ? NULL : absurd_address();
}

static void generate_shmctl(struct step *step)
{
    step->id = draw_id(step);
    step->command = ONE_OF(int, IPC_STAT, IPC_STAT, IPC_STAT, IPC_STAT, IPC_SET, IPC_SET, IPC_SET, IPC_SET, IPC_RMID,
                           IPC_RMID, IPC_RMID, SHM_LOCK, SHM_LOCK, SHM_UNLOCK, SHM_UNLOCK, IPC_INFO, SHM_INFO, SHM_STAT,
                           SHM_STAT, SHM_STAT_ANY);
    /* A left namespace dies when the kernel finds time for it, and until then a user's locked memory counts. */
    if (step->command == SHM_LOCK && world->elsewhere)
        step->command = SHM_UNLOCK;
    if ((step->command == SHM_STAT || step->command == SHM_STAT_ANY) && percent(50))
        step->id &= 32767;
    step->uid = ONE_OF(uid_t, geteuid(), geteuid(), geteuid(), 0, shared->user, shared->user + 1);
    step->gid = ONE_OF(gid_t, getegid(), getegid(), getegid(), 0, shared->user, INT_MAX);
    step->mode = draw_mode() | ONE_OF(unsigned, 0, 0, 0, 01000, 07000, 0xf000);
}

static void absurd_shmctl(struct step *step)
{
    switch (below(4)) {
    case 0:
        step->id = absurd_id();
        break;
    case 1:
        step->command = ONE_OF(int, -1, INT_MIN, INT_MAX, 4, 5, 9, 10, 16, 17, 18, 99, 0x10000,
                               IPC_STAT | 0x100, IPC_RMID | 0x100);
        break;
    case 2:
        step->command = IPC_SET;
        ONE_OF(bool, true, false) ? (step->uid = -1) : (step->gid = -1);
        break;
    default:
        step->buffer = ONE_OF(enum buffer, NULL_BUFFER, ONE_BUFFER, READ_ONLY_BUFFER, CUT_BUFFER, KERNEL_BUFFER,
                              MISALIGNED_BUFFER);
        /* An attachment at address 0 would be written to, pids and all. */
        if (attachment_of(NULL) && (step->buffer == NULL_BUFFER || step->buffer == ONE_BUFFER))
            step->buffer = KERNEL_BUFFER;
        if (percent(50))
            step->command = ONE_OF(int, IPC_SET, IPC_STAT);
        if (percent(40))
            step->id = absurd_id();
    }
}

static void generate_ftok(struct step *step)
{
    /* The last two lie on devices with other numbers, and one has an inode number of more than 16 bits. */
    step->path = ONE_OF(const char *, "file", "other", "folder", "link", "/proc/version", "/dev/null");
    step->project = ONE_OF(int, 0, 1, 'R', 255, 256, 257, -1);
}

static void absurd_ftok(struct step *step)
{
    static char too_long[5000];
    memset(too_long, 'a', sizeof too_long - 1);
    step->path = ONE_OF(const char *, NULL, (const char *)1, "", "absent", "file/below", "dangling", "loop",
                        "locked/inside", too_long, (const char *)KERNEL_ADDRESS);
}

static struct step generate_call(void)
{
    typedef void maker(struct step *);
    static maker *const usual[] = {generate_shmget, generate_shmat, generate_shmdt, generate_shmctl, generate_ftok};
    static maker *const absurd[] = {absurd_shmget, absurd_shmat, absurd_shmdt, absurd_shmctl, absurd_ftok};
    struct step step = {.live = true};
    step.call = ONE_OF(enum call, SHMGET, SHMGET, SHMGET, SHMGET, SHMAT, SHMAT, SHMAT, SHMAT, SHMAT, SHMDT, SHMDT,
                       SHMDT, SHMCTL, SHMCTL, SHMCTL, SHMCTL, SHMCTL, SHMCTL, FTOK);
    if (!draw_segment(true, false) && percent(75))
        step.call = SHMGET;
    usual[step.call](&step);
    if (percent(14)) {
        step.live = false;
        absurd[step.call](&step);
    }
    step.raw = step.call != FTOK && percent(7);
    if (step.call == SHMAT)
        keep_harmless(&step);
    return step;
}
