/* own_pipe pipe|socket: closes standard error, makes a pipe or a pair of sockets of which one end takes its place, and
   works. It must read nothing there but its own words. */
#include "../support/work.h"
#include <fcntl.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    int ends[2];
    char words[4096];
    CHECK(argc == 2);
    CHECK((strcmp(argv[1], "pipe") == 0 ? pipe(ends) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) == 0);
    CHECK(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    close(STDERR_FILENO);
    CHECK(dup(ends[1]) == STDERR_FILENO);
    CHECK(write(STDERR_FILENO, "mine\n", 5) == 5);
    work();
    leave_behind();
    ssize_t length = read(ends[0], words, sizeof words);
    CHECK(length > 0);
    printf("%.*s", (int)length, words);
    return 3;
}
