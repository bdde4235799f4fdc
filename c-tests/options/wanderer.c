/* Leaves the folder it was started in, forks, and both processes make a mistake. Prints the parent's pid and the child's. */
#include "../support/work.h"
#include <sys/wait.h>

int main(void)
{
    CHECK(chdir("/") == 0);
    CHECK(ftok("/no/such/file", 'w') == -1);
    pid_t child = fork();
    CHECK(child != -1);
    if (child == 0)
        return ftok("/no/such/file", 'w') != -1;
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    printf("%d %d\n", (int)getpid(), (int)child);
    return 0;
}
