/* Makes a segment in a function that is inlined into another, and leaves it behind. The tests name these lines. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static inline __attribute__((always_inline)) int get_segment(int size)
{
    return shmget(IPC_PRIVATE, (size_t)size, IPC_CREAT | 0600);
}

__attribute__((noinline)) int open_queue(int size)
{
    int shmid = get_segment(size);
    return shmid < 0 ? 1 : 0;
}

int main(void)
{
    int failed = open_queue(100);
    puts("opened");
    return failed;
}
