/* A process ends and leaves a segment to a relative that still runs, which removes it. With an argument:
   key    a child makes it under a key, its parent finds it there
   id     a child makes it without a key and tells its parent the id
   daemon the parent makes it and ends, as daemons do; its child goes on */
#include "../support/check.h"
#include <sys/shm.h>
#include <sys/wait.h>

enum { KEY = 0x73680003, SIZE = 100 };

static void use_and_remove(int shmid)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    CHECK(shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
}

static int from_a_child(key_t key)
{
    int ends[2], shmid, status;
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        shmid = shmget(key, SIZE, IPC_CREAT | 0600);
        CHECK(shmid >= 0);
        CHECK(write(ends[1], &shmid, sizeof shmid) == sizeof shmid);
        return 0;
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(read(ends[0], &shmid, sizeof shmid) == sizeof shmid);
    use_and_remove(key == IPC_PRIVATE ? shmid : shmget(key, 0, 0));
    puts("the parent removed it");
    return 0;
}

static int to_a_daemon(void)
{
    int ends[2];
    char byte;
    int shmid = shmget(KEY, SIZE, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    CHECK(child != -1);
    if (child != 0)
        return 0;
    /* Until the parent, who holds the other end, is gone. */
    close(ends[1]);
    CHECK(read(ends[0], &byte, 1) == 0);
    use_and_remove(shmid);
    return 0;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    if (strcmp(argv[1], "key") == 0)
        return from_a_child(KEY);
    if (strcmp(argv[1], "id") == 0)
        return from_a_child(IPC_PRIVATE);
    CHECK(strcmp(argv[1], "daemon") == 0);
    return to_a_daemon();
}
