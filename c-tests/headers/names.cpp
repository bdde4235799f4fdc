/* A C++ program may give these names to methods and namespaces, and may include the header inside extern "C". */

extern "C" {
#include <sys/shm.h>
}

namespace app {
namespace shmget {
inline int shmctl(int a, int b, int c) { return a + b + c; }
}
struct Segment {
    int shmget(int key, int size, int flags) { return key + size + flags; }
    static int shmdt(const void *address) { return address != 0; }
    int ftok(const char *path, int project) const { return *path + project; }
    int (Segment::*shmat)(int, int, int);
};
}

int names(app::Segment &segment) {
    segment.shmat = &app::Segment::shmget;
    return segment.shmget(1, 2, 3) + app::Segment::shmdt(&segment) + segment.ftok("/", 1) +
           app::shmget::shmctl(1, 2, 3) + ::shmget(::ftok("/", 1), 1, 0);
}
