/* "The original owner of a shared memory segment can assign ownership to another user with shmctl()": IPC_SET. Root
   hands a segment over for real, and a child that became the other user shows what it can do before and after. An
   ordinary user can hand it over too, to any user that its user namespace knows, and stays the creator. */
#define _GNU_SOURCE
#include "../support/check.h"
#include <grp.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { NOBODY = 65534 };

static int shmid;

/* Whether this user namespace has such a user at all; where it has not, the kernel says EINVAL. */
static int is_known(uid_t user)
{
    unsigned long inside, outside, count;
    int known = 0;
    FILE *map = fopen("/proc/self/uid_map", "r");
    CHECK(map != NULL);
    while (!known && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3)
        known = user >= inside && user - inside < count;
    fclose(map);
    return known;
}

static int give_to(uid_t user, mode_t mode)
{
    struct shmid_ds segment;
    CHECK(shmctl(shmid, IPC_STAT, &segment) == 0);
    segment.shm_perm.uid = user;
    segment.shm_perm.mode = mode;
    return shmctl(shmid, IPC_SET, &segment);
}

static int belongs_to(uid_t user)
{
    struct shmid_ds segment;
    CHECK(shmctl(shmid, IPC_STAT, &segment) == 0);
    return segment.shm_perm.uid == user && segment.shm_perm.cuid == geteuid();
}

/* While it is root's alone, another user can do nothing with it. */
static void as_a_stranger(void)
{
    struct shmid_ds segment = {0};
    CHECK(shmat(shmid, NULL, 0) == (void *)-1 && errno == EACCES);
    CHECK(shmctl(shmid, IPC_STAT, &segment) == -1 && errno == EACCES);
    CHECK(shmctl(shmid, IPC_SET, &segment) == -1 && errno == EPERM);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1 && errno == EPERM);
    puts("another user: shmat and IPC_STAT give EACCES, IPC_SET and IPC_RMID give EPERM");
}

static void as_the_owner(void)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    strcpy(memory, "mine now");
    CHECK(shmdt(memory) == 0);
    CHECK(give_to(geteuid(), 0640) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    puts("the new owner: attaches it, writes to it, changes its mode and marks it for removal");
}

static void in_a_child_of_user(uid_t user, void (*act)(void))
{
    int status;
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0) {
        CHECK(setgroups(0, NULL) == 0 && setresgid(user, user, user) == 0 && setresuid(user, user, user) == 0);
        act();
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void hand_over_as_root(void)
{
    char *memory = shmat(shmid, NULL, 0);
    CHECK(memory != (char *)-1);
    in_a_child_of_user(NOBODY, as_a_stranger);
    CHECK(give_to(NOBODY, 0600) == 0);
    CHECK(belongs_to(NOBODY));
    puts("given to another user");
    in_a_child_of_user(NOBODY, as_the_owner);
    printf("the creator reads: %s\n", memory);
    CHECK(shmdt(memory) == 0);
    CHECK(shmctl(shmid, IPC_RMID, NULL) == -1 && errno == EINVAL);
    puts("the last detach removed it");
}

static void hand_over_as_user(void)
{
    uid_t other = geteuid() == 0 ? NOBODY : 0;
    if (is_known(other)) {
        CHECK(give_to(other, 0666) == 0);
        CHECK(belongs_to(other));
        CHECK(give_to(geteuid(), 0600) == 0);
        puts("given to another user, and taken back as the creator");
    } else {
        CHECK(give_to(other, 0666) == -1 && errno == EINVAL);
        puts("another user is not known here: EINVAL");
    }
    CHECK(shmctl(shmid, IPC_RMID, NULL) == 0);
    puts("removed");
}

int main(void)
{
    /* Line by line, so that a child has nothing of ours left to write. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    CHECK((shmid = shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600)) != -1);
    CHECK(give_to(geteuid(), 0600) == 0);
    CHECK(belongs_to(geteuid()));
    CHECK(give_to((uid_t)-1, 0600) == -1 && errno == EINVAL);
    puts("given to its owner; the user -1 gives EINVAL");
    if (geteuid() == 0 && is_known(NOBODY))
        hand_over_as_root();
    else
        hand_over_as_user();
    return 0;
}
