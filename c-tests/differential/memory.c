/*
 * Bytes in attachments, and mappings changed behind the shim's back: mprotect(2), mremap(2), munmap(2), madvise(2).
 */

static void observe_all(void)
{
    observe_mappings(NULL);
    observe_segments();
}

static void split(const struct attachment *one)
{
    static const int rights[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE};
    char *address = one->address + below(one->length / page) * page;
    int which = below(3);
    printf("mprotect(%s, a page, %d)", name_address(address), rights[which]);
    int result = mprotect(address, page, rights[which]);
    printf(" = %d, %s\n", result, result ? name_number(errno, errno_names) : "done");
    counts->deeds[SPLIT]++;
    observe_all();
}

/* Into the area, since elsewhere the kernel may have put the next mapping of anyone. */
static void move(const struct attachment *one)
{
    char *old = one->address, *wanted = area_page();
    size_t length = one->length;
    if (!in_area(wanted, length) || (wanted < old + length && old < wanted + length)) {
        printf("no room to move\n");
        return;
    }
    char *moved = mremap(old, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, wanted);
    bool done = moved != MAP_FAILED;
    printf("mremap(%s, all, %s): %s\n", name_address(old), name_address(wanted),
           done ? "done" : name_number(errno, errno_names));
    counts->deeds[MOVED]++;
    if (done) {
        forget_attachment(old);
        add_attachment(moved, length, false);
    }
    observe_all();
}

/* Only in the area: elsewhere the next mapping of anyone may take the place. */
static void unmap(const struct attachment *one)
{
    char *address = one->address + (percent(50) ? 0 : one->length - page);
    size_t rest = one->length - (address - one->address), length = percent(70) ? page : rest;
    printf("munmap(%s, %zu) = %d\n", name_address(address), length, munmap(address, length));
    counts->deeds[UNMAPPED]++;
    observe_all();
}

static void do_memory(void)
{
    const struct attachment *one = draw_attachment(true);
    int what = below(10);
    begin_line();
    if (!one) {
        printf("nothing attached\n");
    } else if (what < 2) {
        split(one);
    } else if (what < 4) {
        move(one);
    } else if (what == 4 && !one->chosen) {
        /* Only in the area too: a child may be given the hole for something else. */
        bool keep = percent(30);
        int result = madvise(one->address, page, keep ? MADV_DOFORK : MADV_DONTFORK);
        printf("madvise(%s, a page, %s) = %d\n", name_address(one->address), keep ? "DOFORK" : "DONTFORK", result);
        observe_all();
    } else if (what < 7 && !one->chosen) {
        unmap(one);
    } else {
        put_bytes(one->address + below(one->length / 16) * 16, 16);
        observe_segments();
    }
}
