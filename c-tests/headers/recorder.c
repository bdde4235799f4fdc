/* Stands in for the library and for libc: prints which function was called, and from where. C as well as C++. */

#include <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct shmid_ds;
static char memory[8];

static int say(const char *what, long number, const char *file, int line, const char *func) {
    return printf("%s %ld at %s:%d in %s\n", what, number, file, line, func) < 0;
}

int shmsan_shmget_at(int key, size_t size, int flags, const char *file, int line, const char *func) {
    (void)key, (void)flags;
    return say("shmget", (long)size, file, line, func);
}

void *shmsan_shmat_at(int id, const void *address, int flags, const char *file, int line, const char *func) {
    (void)id, (void)address;
    say("shmat", flags, file, line, func);
    return memory;
}

int shmsan_shmdt_at(const void *address, const char *file, int line, const char *func) {
    return say("shmdt", address == memory, file, line, func);
}

int shmsan_shmctl_at(int id, int command, struct shmid_ds *status, const char *file, int line, const char *func) {
    (void)command, (void)status;
    return say("shmctl", id, file, line, func);
}

int shmsan_ftok_at(const char *path, int project, const char *file, int line, const char *func) {
    (void)path;
    return say("ftok", project, file, line, func);
}

char *shmsan_gets_at(char *s, const char *file, int line, const char *func) {
    say("gets", s != NULL, file, line, func);
    return memory;
}

int shmget(int key, size_t size, int flags) {
    (void)key, (void)flags;
    return printf("shmget %ld, no site\n", (long)size) < 0;
}

int shmdt(const void *address) {
    return printf("shmdt %d, no site\n", address != NULL) < 0;
}

int shmctl(int id, int command, struct shmid_ds *status) {
    (void)command, (void)status;
    return printf("shmctl %d, no site\n", id) < 0;
}

#ifdef __cplusplus
}
#endif
