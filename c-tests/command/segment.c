/* segment VERB ARGUMENT...: makes and uses segments for the tests of the command. Ids, keys and sizes are decimal or 0x….
     make KEY SIZE MODE [COUNT]     prints the ids; KEY 0 is IPC_PRIVATE
     hold ID...                     attaches each, prints "held" and waits until it is ended
     touch ID | remove ID | lock ID
     mode ID MODE                   by IPC_SET
     own KEY SIZE MODE              makes one, prints its id and waits until it is ended
     map FILE                       maps a file, removes it, prints its inode and waits until it is ended
     wait                           only waits
   A process that waits has the name and the first argument in $TITLE, if that is set. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

static int number(const char *text)
{
    return (int)strtoul(text, NULL, 0);
}

static int failed(const char *what)
{
    perror(what);
    return 1;
}

static int wait_for_the_end(char **argv, const char *word)
{
    const char *title = getenv("TITLE");
    /* A command line can be given only at an exec. */
    if (title != NULL && strcmp(argv[0], title) != 0) {
        argv[0] = (char *)title;
        execv("/proc/self/exe", argv);
        return failed("execv");
    }
    if (title != NULL)
        prctl(PR_SET_NAME, title);
    puts(word);
    fflush(stdout);
    for (;;)
        pause();
}

static int make(char **argv, int count)
{
    for (; count > 0; count--) {
        int id = shmget(number(argv[2]), strtoul(argv[3], NULL, 0), IPC_CREAT | IPC_EXCL | (int)strtoul(argv[4], NULL, 8));
        if (id == -1)
            return failed("shmget");
        printf("%d\n", id);
    }
    return 0;
}

static int hold(char **argv)
{
    const char *title = getenv("TITLE");
    /* What is attached now would be gone behind the exec. */
    if (title == NULL || strcmp(argv[0], title) == 0)
        for (int i = 2; argv[i] != NULL; i++)
            if (shmat(number(argv[i]), NULL, 0) == (void *)-1)
                return failed("shmat");
    return wait_for_the_end(argv, "held");
}

static int own(char **argv)
{
    char text[32];
    const char *title = getenv("TITLE");
    int id = -1;
    if (title == NULL || strcmp(argv[0], title) == 0)
        id = shmget(number(argv[2]), strtoul(argv[3], NULL, 0), IPC_CREAT | IPC_EXCL | (int)strtoul(argv[4], NULL, 8));
    snprintf(text, sizeof text, "%d", id);
    return wait_for_the_end(argv, text);
}

static int change_mode(int id, const char *mode)
{
    struct shmid_ds segment;
    if (shmctl(id, IPC_STAT, &segment) != 0)
        return failed("IPC_STAT");
    segment.shm_perm.mode = (unsigned short)strtoul(mode, NULL, 8);
    return shmctl(id, IPC_SET, &segment) == 0 ? 0 : failed("IPC_SET");
}

static int touch(int id)
{
    void *memory = shmat(id, NULL, SHM_RDONLY);
    if (memory == (void *)-1)
        return failed("shmat");
    return shmdt(memory) == 0 ? 0 : failed("shmdt");
}

static int map(char **argv)
{
    char inode[32];
    struct stat status;
    int file = open(argv[2], O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file == -1 || ftruncate(file, 4096) != 0 || fstat(file, &status) != 0 || unlink(argv[2]) != 0)
        return failed(argv[2]);
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) == MAP_FAILED)
        return failed("mmap");
    snprintf(inode, sizeof inode, "%lu", (unsigned long)status.st_ino);
    return wait_for_the_end(argv, inode);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "make") == 0 && argc >= 5)
        return make(argv, argc > 5 ? number(argv[5]) : 1);
    if (strcmp(verb, "hold") == 0)
        return hold(argv);
    if (strcmp(verb, "own") == 0 && argc == 5)
        return own(argv);
    if (strcmp(verb, "wait") == 0)
        return wait_for_the_end(argv, "waiting");
    if (strcmp(verb, "map") == 0 && argc == 3)
        return map(argv);
    if (strcmp(verb, "mode") == 0 && argc == 4)
        return change_mode(number(argv[2]), argv[3]);
    if (strcmp(verb, "touch") == 0 && argc == 3)
        return touch(number(argv[2]));
    if (strcmp(verb, "remove") == 0 && argc == 3)
        return shmctl(number(argv[2]), IPC_RMID, NULL) == 0 ? 0 : failed("IPC_RMID");
    if (strcmp(verb, "lock") == 0 && argc == 3)
        return shmctl(number(argv[2]), SHM_LOCK, NULL) == 0 ? 0 : failed("SHM_LOCK");
    fprintf(stderr, "segment: wrong use\n");
    return 2;
}
