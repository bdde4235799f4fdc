/* Calls of gets at lines that the test knows: from a function, a method, a lambda, a namespace. recorder.c prints. */

#include <cstdio>
#include <sys/shm.h>

static char line[8];

struct Reader {
#line 10 "reader.cpp"
    static char *read(char *s) { return gets(s); }
};

namespace input {
#line 20 "namespace.cpp"
static void fill(char (&array)[8]) { gets(array); }
}

int main() {
#line 30 "folder/gets_site.cpp"
    char *read_line = gets(line);
    Reader::read(read_line);
    input::fill(line);
    [] { ::gets(line); }();
    return gets(NULL) == line;
}
