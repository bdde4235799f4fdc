/* The same call from stacks of its own: in threads, in a signal handler, and in the child of a process whose other thread
   is always inside dlopen(3). Each leaves its segment behind. */
#include "../support/check.h"
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

static atomic_int over;

__attribute__((noinline)) static int leaf(int size)
{
    int shmid = shmget(IPC_PRIVATE, (size_t)size, IPC_CREAT | 0600);
    CHECK(shmid >= 0);
    return shmid;
}

__attribute__((noinline)) static int descend(int depth, int size)
{
    int shmid = depth > 0 ? descend(depth - 1, size) : leaf(size);
    /* No tail call. */
    return shmid + depth * 0;
}

static void *work_in_thread(void *size)
{
    descend(2, *(int *)size);
    return NULL;
}

static void handle(int signal)
{
    (void)signal;
    descend(1, 3);
}

static void *open_for_ever(void *library)
{
    while (!over) {
        void *opened = dlopen(library, RTLD_NOW);
        if (opened != NULL)
            dlclose(opened);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "main";
    if (strcmp(how, "threads") == 0) {
        static int sizes[2] = {1, 2};
        pthread_t threads[2];
        for (int each = 0; each < 2; each++)
            CHECK(pthread_create(&threads[each], NULL, work_in_thread, &sizes[each]) == 0);
        for (int each = 0; each < 2; each++)
            CHECK(pthread_join(threads[each], NULL) == 0);
    } else if (strcmp(how, "handler") == 0) {
        CHECK(signal(SIGUSR1, handle) != SIG_ERR);
        CHECK(raise(SIGUSR1) == 0);
    } else if (strcmp(how, "children") == 0) {
        pthread_t opener;
        CHECK(argc > 2 && pthread_create(&opener, NULL, open_for_ever, argv[2]) == 0);
        for (int each = 0; each < 50; each++) {
            pid_t child = fork();
            CHECK(child >= 0);
            if (child == 0) {
                /* Where trace=1, it is looked up here. */
                shmctl(descend(1, 4), IPC_RMID, NULL);
                _exit(7);
            }
            int status = 0;
            CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
        }
        over = 1;
        CHECK(pthread_join(opener, NULL) == 0);
    } else {
        descend(4, 5);
    }
    puts("done");
    return 0;
}
