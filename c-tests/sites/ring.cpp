// A library in C++: a method of a template in a namespace leaves a segment behind.
#include <sys/ipc.h>
#include <sys/shm.h>

namespace ring {

template <typename T> struct Buffer {
    int open(const char *name, T size);
};

template <typename T> int Buffer<T>::open(const char *, T size)
{
    return shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
}

template struct Buffer<int>;

} // namespace ring

extern "C" int use_ring()
{
    ring::Buffer<int> buffer;
    return buffer.open("ring", 10) < 0;
}
