/* A `gets` of the program's own, in each form it may have: were shmsan's called, the program would not link. */

#ifdef EXTERN_C
extern "C" char *gets(char *);
#endif
#include <sys/shm.h>

#include <cstdio>
#ifdef STRING
#include <string>
#endif

static char line[8];

#if defined EXTERN_C
extern "C" char *gets(char *s) { return s; }
#elif defined FUNCTION
static char *gets(char *s) { return s; }
static char *(*const by_address)(char *) = gets;
#elif defined CONSTANT
static const char *gets(const char *s) { return s; }
#elif defined STRING
static const char *gets(const std::string &s) { return s.empty() ? line : 0; }
#elif defined TEMPLATE
template <typename Character> Character *gets(Character *s) { return s; }
#elif defined NAMESPACE
namespace own {
char *gets(char *s) { return s; }
}
using namespace own;
#elif defined METHOD
struct Reader {
    char *gets(char *s) { return s; }
    char *read() { return gets(line); }
} reader;
#define gets(s) reader.gets(s)
#endif

int main() {
#ifdef FUNCTION
    if (by_address(line) != line)
        return 1;
#elif defined METHOD
    if (reader.read() != line)
        return 1;
#endif
    return gets(line) != line;
}
