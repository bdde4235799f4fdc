#!/bin/sh
# The demo: two programs of the tutorials under shmsan, in an IPC namespace of their own where the machine allows one.
# usage: demo/run.sh FOLDER-WITH-THE-LIBRARIES
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
built=$(cd "$1" && pwd)

# Begins again inside a private IPC namespace. Without one, the key of server.c must be free.
if [ -z "${SHMSAN_DEMO_INSIDE:-}" ]; then
    export SHMSAN_DEMO_INSIDE=private
    for way in "-i" "-i -U --map-current-user" "-i -U"; do
        # shellcheck disable=SC2086 # the words of $way are meant to be words
        if unshare $way true 2>/dev/null; then exec unshare $way "$0" "$@"; fi
    done
    export SHMSAN_DEMO_INSIDE=shared
    echo "(no private IPC namespace is allowed here; the demo removes what it leaves)"
fi

if grep -q '^ *\(5678\|-1\) ' /proc/sysvipc/shm 2>/dev/null; then
    echo "somebody's segment has one of the demo's keys (ipcs -m: 0x0000162e, 0xffffffff); the demo leaves it alone" >&2
    exit 1
fi

work=$(mktemp -d)
server=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
    if [ "$SHMSAN_DEMO_INSIDE" = shared ]; then
        # What the reports name is what these programs left, and nobody is attached to it.
        for id in $(sed -n 's/^  segment \([0-9]*\): .*/\1/p' "$work"/*.err); do ipcrm -m "$id" || true; done
    fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Nothing of the ledgers stays either.
export XDG_RUNTIME_DIR="$work"
cd "$work"
cp "$root/c-tests/originals/server.c" "$root/c-tests/originals/client.c" "$root/c-tests/originals/writer.cpp" .

say() { printf '\n%s\n' "$*"; }
shown() { sed 's/^/  | /' "$@"; }
link="-I $root/include -L $built -lshmsan -Wl,-rpath,$built"

say "1. server.c and client.c, as the tutorial prints them, compiled against shmsan's header:"
echo "  \$ cc -I include server.c -lshmsan -o server      # and client.c the same way"
for program in server client; do
    # shellcheck disable=SC2086 # the words of $link are meant to be words
    ${CC:-cc} -w "$program.c" $link -o "$program"
done
${CC:-cc} "$root/c-tests/support/await_text.c" -o await_text

echo "  \$ SHMSAN_OPTIONS=trace=1 ./server &"
echo "  \$ SHMSAN_OPTIONS=trace=1 ./client"
SHMSAN_OPTIONS=trace=1 ./server 2>server.err &
server=$!
./await_text 5678 0 abcdefghijklmnopqrstuvwxyz
SHMSAN_OPTIONS=trace=1 ./client 2>client.err >client.out
shown client.out
wait "$server"
server=

say "   What the client did:"
shown client.err
say "   What the server did, and what it left behind:"
shown server.err

say "2. writer.cpp, compiled long ago: without our header, without -g. Only preloaded:"
${CXX:-g++} -w -std=c++11 writer.cpp -o writer 2>compiler.err || { cat compiler.err; exit 1; }
echo "  \$ LD_PRELOAD=libshmsan.so ./writer                # there is no file \"shmfile\" here"
echo "Hello, reader" | LD_PRELOAD="$built/libshmsan.so" ./writer >writer.out 2>writer.err
shown writer.out
shown writer.err

say "perror would have said nothing in any of this: not one of these calls failed but ftok,"
echo "and nobody looks at what ftok returns."
