/*
 * What a sequence has made so far (segments, keys, processes, attachments), and the dice.
 * All but the attachments lie in shared memory, so that a parent knows what its children did.
 */

enum { MANY = 1024, CALLS = 5, ERRNOS = 160, AREA_PAGES = 256, THREADS = 4 };
enum call { SHMGET, SHMAT, SHMDT, SHMCTL, FTOK };
static const char *const call_names[CALLS] = {"shmget", "shmat", "shmdt", "shmctl", "ftok"};

/* What is done besides the calls. */
enum deed {
    FORKED, VFORKED, EXECUTED, KILLED, BY_TURNS, AT_ONCE, STORMED, OTHER_USER, ELSEWHERE, BACK, LIMITED, FILTERED,
    SPLIT, MOVED, UNMAPPED, RAW, DEEDS
};
static const char *const deed_names[DEEDS] = {
    "fork", "vfork", "exec", "kill", "threads-by-turns", "threads-at-once", "storm", "other-user", "other-namespace",
    "back-home", "limit", "filter", "mprotect", "mremap", "munmap", "raw-call",
};

/* Of all processes and namespaces. */
static struct counts {
    unsigned long calls, live_calls, tally[CALLS][ERRNOS], deeds[DEEDS];
} *counts;

struct segment {
    int id;
    bool there, foreign;
    size_t size;
    char seen[256]; /* its last description */
};

static struct world {
    struct segment segments[MANY];
    int segments_made;
    key_t keys[MANY]; /* used or made in this sequence */
    int keys_used;
    pid_t maker, driver, children[MANY];
    int children_made;
    int attachments_made;
    char totals[128];
    bool limits_changed;
    bool elsewhere; /* in a namespace of its own, with a world of its own */
} *world;

/* What a process that has executed the driver again goes on with. */
static struct shared {
    struct world world, elsewhere; /* no mapping of its own, which might lie where an attachment was */
    struct counts counts;
    unsigned long sequence;
    int number, depth, pipe_ends[2];
    uid_t starter, user;
    unsigned long usual_limits[4];
    uint64_t dice;
    char who[24];
} *shared;
static int shared_descriptor;

struct attachment {
    int number;
    char *address;
    size_t length;
    bool live, chosen;  /* chosen: the kernel chose the address */
    int chosen_by_then; /* how many addresses the kernel had chosen when this one was detached */
};

/* Of this process; a child goes on with a copy, as it does with the attachments themselves. */
static struct attachment attachments[MANY];
static int attachments_known, addresses_chosen;

static size_t page;
static char *area; /* for fixed addresses: the first half is free, the second half reserved by us */

static uint64_t dice;

static uint64_t roll(void)
{
    uint64_t value = (dice += 0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

static unsigned below(unsigned limit)
{
    return roll() % limit;
}

static bool percent(unsigned chance)
{
    return below(100) < chance;
}

#define ONE_OF(type, ...) \
    (((type[]){__VA_ARGS__})[below(sizeof((type[]){__VA_ARGS__}) / sizeof(type))])

static void fail(const char *what)
{
    printf("the driver cannot go on: %s: %m\n", what);
    exit(2);
}

/* More than RLIMIT_AS leaves room for, where a sequence sets it. */
#define BIG_SIZE ((size_t)512 << 20)
#define HEADROOM ((size_t)256 << 20)

static size_t area_size(void)
{
    return AREA_PAGES * page;
}

static bool in_area(const char *address, size_t length)
{
    uintptr_t offset = (uintptr_t)address - (uintptr_t)area;
    return offset < area_size() && length <= area_size() - offset;
}

/* A free place far below where the kernel puts mappings, so that nothing of the program or a library lands in it. */
static void choose_area(void)
{
    const size_t align = (size_t)2 << 20;
    char *probe = mmap(NULL, align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(probe, align);
    for (size_t below_probe = (size_t)3 << 40; below_probe > area_size(); below_probe /= 8) {
        char *place = (char *)(((uintptr_t)probe - below_probe) & ~(align - 1));
        if (mmap(place, area_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == place) {
            munmap(place, area_size());
            area = place;
            return;
        }
    }
    fail("no place for fixed addresses");
}

static void open_area(void)
{
    char *half = area + area_size() / 2;
    if (mmap(half, area_size() / 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != half)
        fail("the reservation");
}

static void close_area(void)
{
    /* With the tail of a big segment. */
    munmap(area, area_size() + BIG_SIZE);
}

static void room(int used)
{
    if (used >= MANY) {
        errno = E2BIG;
        fail("too many steps in a sequence");
    }
}

static struct segment *find_segment(int id)
{
    for (int i = world->segments_made; i-- > 0;)
        if (world->segments[i].id == id)
            return &world->segments[i];
    return NULL;
}

static void add_segment(int id, bool foreign)
{
    struct segment *known = find_segment(id);
    if (known && known->there)
        return;
    room(world->segments_made);
    world->segments[world->segments_made++] = (struct segment){.id = id, .there = true, .foreign = foreign};
}

static void add_key(key_t key)
{
    room(world->keys_used);
    if (key != IPC_PRIVATE && key != -1)
        world->keys[world->keys_used++] = key;
}

static struct attachment *add_attachment(char *address, size_t length, bool chosen)
{
    room(attachments_known);
    struct attachment *made = &attachments[attachments_known++];
    *made = (struct attachment){++world->attachments_made, address, length, true, chosen, 0};
    addresses_chosen += chosen;
    return made;
}

static void forget_attachment(const char *address)
{
    for (int i = attachments_known; i-- > 0;) {
        if (attachments[i].live && attachments[i].address == address) {
            attachments[i].live = false;
            attachments[i].chosen_by_then = addresses_chosen;
            return;
        }
    }
}

/* The attachment that an address lies in: a live one first, else the latest that did. */
static const struct attachment *attachment_of(const char *address)
{
    const struct attachment *found = NULL;
    for (int i = 0; i < attachments_known; i++) {
        const struct attachment *one = &attachments[i];
        bool inside = (uintptr_t)address - (uintptr_t)one->address < one->length;
        if (inside && (one->live || !found || !found->live))
            found = one;
    }
    return found;
}
