/* await_text KEY OFFSET TEXT [SECONDS]: waits until the segment with this key holds this text at this offset.
   System V memory tells nobody when it changes, so this looks again every millisecond until SECONDS (10) have passed.
   Exit status: 0 the text is there, 1 it did not come in time, 2 wrong use. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

/* Whether the segment holds the text now. Attached anew each time: a segment may be replaced by another. */
static int holds(key_t key, size_t offset, const char *text)
{
    int found = 0;
    struct shmid_ds segment;
    /* Size 0 and no mode: this finds any segment, and creates none. */
    int shmid = shmget(key, 0, 0);
    if (shmid == -1)
        return 0;
    const char *memory = shmat(shmid, NULL, SHM_RDONLY);
    if (memory == (const char *)-1)
        return 0;
    if (shmctl(shmid, IPC_STAT, &segment) == 0 && offset <= segment.shm_segsz &&
        strlen(text) <= segment.shm_segsz - offset)
        found = memcmp(memory + offset, text, strlen(text)) == 0;
    shmdt(memory);
    return found;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: await_text KEY OFFSET TEXT [SECONDS]\n");
        return 2;
    }
    key_t key = (key_t)strtoul(argv[1], NULL, 0);
    size_t offset = strtoul(argv[2], NULL, 0);
    double deadline = now() + (argc == 5 ? strtod(argv[4], NULL) : 10);
    const struct timespec millisecond = {0, 1000000};
    while (!holds(key, offset, argv[3])) {
        if (now() >= deadline) {
            fprintf(stderr, "await_text: \"%s\" did not come under key %s\n", argv[3], argv[1]);
            return 1;
        }
        nanosleep(&millisecond, NULL);
    }
    return 0;
}
