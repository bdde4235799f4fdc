/* Asks the sanitizer what a program may ask it, and checks every answer and that errno is left alone. */
#include "../support/check.h"
#include <errno.h>
#include <fcntl.h>
#include <shmsan.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

enum { SIZE = 5000, PAGES = 8192, UNTOUCHED = 4711 };

static void attachments(void)
{
    struct shmsan_attachment found;
    int shmid = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    char *memory = shmat(shmid, NULL, SHM_RDONLY);
    CHECK(memory != (char *)-1);

    errno = UNTOUCHED;
    CHECK(shmsan_attachment_of(memory + 17, &found) == 1);
    CHECK(found.address == memory && found.offset == 17 && found.size == SIZE);
    CHECK(found.shmid == shmid && found.flags == SHM_RDONLY);
    CHECK(shmsan_attachment_of(memory + PAGES - 1, &found) == 1 && found.offset == PAGES - 1);
    CHECK(shmsan_attachment_of(memory + PAGES, &found) == 0);
    CHECK(shmsan_attachment_of(memory - 1, &found) == 0);
    CHECK(shmsan_attachment_of(&found, &found) == 0);
    CHECK(shmsan_attachment_of(NULL, NULL) == 0);
    CHECK(shmsan_attachment_of(memory, NULL) == 1);
    CHECK(errno == UNTOUCHED);

    CHECK(shmsan_report(STDOUT_FILENO) == 0 && errno == UNTOUCHED);
    CHECK(shmdt(memory) == 0);
    CHECK(shmsan_attachment_of(memory, &found) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
}

static void leaks(void)
{
    errno = UNTOUCHED;
    CHECK(shmsan_check_leaks() == 0);
    int left = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    CHECK(shmsan_check_leaks() == 1);
    char *memory = shmat(left, NULL, 0);
    CHECK(shmsan_check_leaks() == 0);
    CHECK(shmdt(memory) == 0);
    CHECK(shmsan_check_leaks() == 1);
    CHECK(shmsan_ignore_segment(left) == 0);
    CHECK(shmsan_check_leaks() == 0 && errno == UNTOUCHED);

    CHECK(shmsan_ignore_segment(left + 1) == -1 && errno == EINVAL);
    CHECK(shmsan_ignore_segment(-1) == -1 && errno == EINVAL);
}

static void reports(void)
{
    int closed = dup(STDOUT_FILENO);
    close(closed);
    CHECK(shmsan_report(closed) == -1 && errno == EBADF);
    int reader = open("/proc/self/status", O_RDONLY);
    CHECK(reader != -1);
    CHECK(shmsan_report(reader) == -1 && errno == EBADF);
    close(reader);
}

int main(void)
{
    attachments();
    leaks();
    reports();
    printf("%s\n", shmsan_version());
    return 0;
}
