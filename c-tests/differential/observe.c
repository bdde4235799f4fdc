/*
 * The effect of a call, asked of the kernel by raw system calls, past any shim: every segment's fields, the totals, the
 * mappings of this process, the bytes in the memory. Prints what has changed since it last looked.
 */

static int pipe_ends[2];

static int raw_shmctl(int id, int command, void *buffer)
{
    return syscall(SYS_shmctl, id, command, buffer);
}

/* SHM_STAT_ANY asks for no permission, but takes an index: another segment may be there by now. */
static bool look(int id, struct shmid_ds *segment)
{
    return raw_shmctl(id, SHM_STAT_ANY, segment) == id;
}

static void describe(const struct shmid_ds *segment, char *text)
{
    const struct ipc_perm *owner = &segment->shm_perm;
    sprintf(text,
        "key %#x uid %u gid %u cuid %u cgid %u mode %#o seq %u size %zu nattch %lu cpid %s lpid %s "
        "atime %s dtime %s ctime %s",
        owner->__key, owner->uid, owner->gid, owner->cuid, owner->cgid, owner->mode, owner->__seq, segment->shm_segsz,
        (unsigned long)segment->shm_nattch, name_process(segment->shm_cpid), name_process(segment->shm_lpid),
        segment->shm_atime ? "set" : "0", segment->shm_dtime ? "set" : "0", segment->shm_ctime ? "set" : "0");
}

/* How many pages of all segments the kernel keeps, in memory or swapped out. */
static unsigned long pages_in_use(const struct shm_info *totals)
{
    return totals->shm_rss + totals->shm_swp;
}

static struct shm_info ask_totals(void)
{
    struct shm_info totals = {0};
    raw_shmctl(0, SHM_INFO, (struct shmid_ds *)&totals);
    return totals;
}

static void observe_segments(void)
{
    for (int i = 0; i < world->segments_made; i++) {
        struct segment *one = &world->segments[i];
        struct shmid_ds now;
        char text[sizeof one->seen] = "gone";
        if (!one->there)
            continue;
        one->there = look(one->id, &now);
        if (one->there) {
            describe(&now, text);
            one->size = now.shm_segsz;
        }
        if (strcmp(text, one->seen) != 0)
            printf("    segment %d: %s\n", one->id, strcpy(one->seen, text));
    }
    struct shm_info info = ask_totals();
    char text[sizeof world->totals];
    sprintf(text, "%d segments, %lu pages", info.used_ids, info.shm_tot);
    if (strcmp(text, world->totals) != 0)
        printf("    in all: %s\n", strcpy(world->totals, text));
    /* Each time, on a line of its own: they become fewer by themselves, since the kernel takes back what was only read. */
    printf("    in use: %lu\n", pages_in_use(&info));
}

/* How many mappings of segments this process has, and what is in /proc/self/maps at `wanted`. */
static void observe_mappings(const void *wanted)
{
    static char maps[1 << 17], last[64];
    size_t length = 0;
    ssize_t got;
    int descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    while ((got = read(descriptor, maps + length, sizeof maps - 1 - length)) > 0)
        length += got;
    close(descriptor);
    maps[length] = '\0';
    size_t count = 0, pages = 0;
    for (char *line = strtok(maps, "\n"); line; line = strtok(NULL, "\n")) {
        unsigned long start, end, offset, inode;
        char rights[8], name[64];
        if (!strstr(line, "/SYSV") ||
            sscanf(line, "%lx-%lx %7s %lx %*s %lu %63[^\n]", &start, &end, rights, &offset, &inode, name) != 6 ||
            strncmp(name, "/SYSV", 5) != 0)
            continue;
        count++;
        pages += (end - start) / page;
        if (start == (unsigned long)wanted)
            printf("    mapped: %s, %zu pages from page %zu of %s, inode %lu\n", rights, (end - start) / page,
                   offset / page, name, inode);
    }
    char text[sizeof last];
    sprintf(text, "%zu of %zu pages", count, pages);
    if (strcmp(text, last) != 0)
        printf("    mappings: %s\n", strcpy(last, text));
}

/* The bytes at an address, read by the kernel, which says EFAULT where a load would be a fault. */
static void observe_bytes(const char *address, size_t count)
{
    unsigned char bytes[16];
    if (count > sizeof bytes)
        count = sizeof bytes;
    ssize_t got = write(pipe_ends[1], address, count);
    printf("    bytes at %s:", name_address(address));
    if (got < 0)
        printf(" %s", name_number(errno, errno_names));
    else if (read(pipe_ends[0], bytes, got) != got)
        fail("the pipe");
    for (ssize_t i = 0; i < got; i++)
        printf(" %02x", bytes[i]);
    printf("\n");
}

/* Has the kernel write bytes to an address: EFAULT where a store would be a fault. */
static void put_bytes(char *address, size_t count)
{
    unsigned char bytes[16];
    if (count > sizeof bytes)
        count = sizeof bytes;
    for (size_t i = 0; i < count; i++)
        bytes[i] = roll();
    if (write(pipe_ends[1], bytes, count) != (ssize_t)count)
        fail("the pipe");
    ssize_t put = read(pipe_ends[0], address, count);
    const char *result = put < 0 ? name_number(errno, errno_names) : "done";
    printf("put %zu bytes at %s: %s\n", count, name_address(address), result);
    /* What could not be put may still be in the pipe. */
    while (poll(&(struct pollfd){pipe_ends[0], POLLIN, 0}, 1, 0) == 1)
        if (read(pipe_ends[0], bytes, sizeof bytes) <= 0)
            fail("the pipe");
}
