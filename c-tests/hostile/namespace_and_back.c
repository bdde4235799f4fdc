/* Makes a segment, goes into another IPC namespace, makes one there, and comes back. The arguments say what is removed: "first",
   "second", both or none; and with "apart" the two have different ids. What was attached before stays attached in between. Where
   no namespace can be made it ends with 77. */
#define _GNU_SOURCE
#include "../support/limits.h"
#include <sys/shm.h>

static int is_wanted(int argc, char **argv, const char *what)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], what) == 0)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    /* As root of a user namespace it may come back into what belongs to that. */
    if (!enter_namespaces(CLONE_NEWIPC))
        cannot("no IPC namespace of one's own can be made here");
    int home = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
    CHECK(home >= 0);
    int is_apart = is_wanted(argc, argv, "apart");
    if (is_apart)
        CHECK(shmctl(shmget(IPC_PRIVATE, 1, 0600), IPC_RMID, NULL) == 0);
    int first = shmget(IPC_PRIVATE, 100, 0600);
    CHECK(first >= 0);
    char *memory = shmat(first, NULL, 0);
    CHECK(memory != (char *)-1);
    memory[0] = 'h';

    CHECK(unshare(CLONE_NEWIPC) == 0);
    int second = shmget(IPC_PRIVATE, 5000, 0600);
    CHECK((second == first) == !is_apart);
    char *elsewhere = shmat(second, NULL, 0);
    CHECK(elsewhere != (char *)-1 && elsewhere[0] == 0 && memory[0] == 'h');
    CHECK(shmdt(elsewhere) == 0 && shmdt(elsewhere) == -1 && errno == EINVAL);
    if (is_wanted(argc, argv, "second"))
        CHECK(shmctl(second, IPC_RMID, NULL) == 0);

    CHECK(setns(home, CLONE_NEWIPC) == 0);
    char *again = shmat(first, NULL, SHM_RDONLY);
    CHECK(again != (char *)-1 && again[0] == 'h');
    CHECK(shmdt(again) == 0 && shmdt(memory) == 0);
    if (is_wanted(argc, argv, "first"))
        CHECK(shmctl(first, IPC_RMID, NULL) == 0);
    puts("at home again");
    return 3;
}
