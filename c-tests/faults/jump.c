/* The result of a shmat that failed is called as a function: the last address of all. */
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    void *nothing = shmat(12345, NULL, SHM_EXEC);
    ((void (*)(void)) nothing)();
    return 0;
}
