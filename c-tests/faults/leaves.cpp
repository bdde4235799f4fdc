// The handler of a fault does not return: it throws, or ends its thread. The argument says which.
#include "../support/check.h"
#include <csignal>
#include <cstring>
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static volatile char *memory;
static bool throws;

struct Guard {
    const char *what;
    ~Guard() { puts(what); }
};

static void on_fault(int)
{
    if (throws) {
        throw 4711;
    }
    pthread_exit(nullptr);
}

static void *fault(void *nothing)
{
    Guard guard = { "its frame was cleaned up" };
    *memory = 1;
    return nothing;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    throws = strcmp(argv[1], "throw") == 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fault;
    action.sa_flags = SA_NODEFER;
    CHECK(sigaction(SIGSEGV, &action, nullptr) == 0);
    int shmid = shmget(IPC_PRIVATE, 4096, 0600);
    CHECK(shmid >= 0);
    memory = static_cast<char *>(shmat(shmid, nullptr, SHM_RDONLY));
    CHECK(memory != reinterpret_cast<void *>(-1) && shmctl(shmid, IPC_RMID, nullptr) == 0);
    if (throws) {
        try {
            fault(nullptr);
        } catch (int thrown) {
            CHECK(thrown == 4711);
            puts("caught");
        }
    } else {
        pthread_t thread;
        CHECK(pthread_create(&thread, nullptr, fault, nullptr) == 0 && pthread_join(thread, nullptr) == 0);
    }
    return 3;
}
