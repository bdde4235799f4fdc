/* The C functions of shmsan itself, from <shmsan.h> and nothing else. */

#include <shmsan.h>

int ask(const void *address);

int ask(const void *address) {
    struct shmsan_attachment attachment;
    if (shmsan_attachment_of(address, &attachment) == 1 && attachment.offset < attachment.size)
        return shmsan_ignore_segment(attachment.shmid) + attachment.flags;
    return shmsan_report(2) + shmsan_check_leaks() + (shmsan_version() == attachment.address);
}
