#!/bin/sh
# The demo: five tutorials under shmsan, and what it does for them. In an IPC namespace of its own where the machine allows one.
# usage: demo/run.sh FOLDER-WITH-THE-LIBRARIES
set -eu

. "$(dirname "$0")/private.sh"

root=$(cd "$(dirname "$0")/.." && pwd)
built=$(cd "$1" && pwd)

work=$(mktemp -d)
server=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
    for key in 5678 ./shmfile; do "$work/remove_segment" "$key" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Nothing of the ledgers stays either.
export XDG_RUNTIME_DIR="$work"
cd "$work"
cp "$root/c-tests/originals/server.c" "$root/c-tests/originals/client.c" "$root/c-tests/originals/writer.cpp" .
for helper in await_text remove_segment; do ${CC:-cc} "$root/c-tests/support/$helper.c" -o "$helper"; done

say() { printf '\n%s\n' "$1"; shift; printf '   %s\n' "$@"; }
typed() { printf '$ %s\n' "$@"; }
shown() { sed 's/^/  /' "$@"; }

say "1. Five tutorials on shared memory, and every bug in them. Their programs run" \
    "under shmsan, under valgrind and with AddressSanitizer; gcc is given -Wall" \
    "and -Wextra. (Half a minute.)"
"$root/demo/tutorials.sh" "$built"

say "2. server.c and client.c, as the tutorial prints them, compiled with shmsan's" \
    "header. What each of them calls (without the time of day), and one verdict:" \
    "no call has failed, but the segment stays."
for program in server client; do
    typed "cc -I include $program.c -lshmsan -o $program"
    ${CC:-cc} -w "$program.c" -I "$root/include" -L "$built" -lshmsan "-Wl,-rpath,$built" -o "$program"
done
typed "shmsan run --trace sh -c './server & …; ./client; wait'"
cat >both <<'END'
./server &
LD_PRELOAD= ./await_text 5678 0 abcdefghijklmnopqrstuvwxyz
./client
wait
END
"$built/shmsan" run --trace --error-exitcode=0 sh both 2>&1 | sed 's/^\(\[pid [0-9]*\]\) [0-9:.]* /\1 /' | shown
./remove_segment 5678

say "3. writer.cpp, which reads with gets and was compiled without shmsan. 5000" \
    "letters for a segment of 1024 bytes: a fault at the instruction that does it."
${CXX:-g++} -w -g -std=c++11 writer.cpp -o writer 2>compiler.err || { cat compiler.err; exit 1; }
typed "LD_PRELOAD=$built/libshmsan.so ./writer"
: >shmfile
(printf '%05000d\n' 0 | LD_PRELOAD="$built/libshmsan.so" ./writer >/dev/null 2>writer.err; exit) 2>/dev/null || status=$?
sed '/^SUMMARY/q' writer.err | shown
echo "  (exit status ${status:-0}: the signal takes its course)"
./remove_segment ./shmfile

say "4. Somebody ends the server by kill -9. Who made the segment that it left, and" \
    "where? The kernel knows a pid; shmsan has it in its ledger."
${CC:-cc} -w -g server.c -o server
typed "LD_PRELOAD=$built/libshmsan.so ./server &" "kill -9 \$!" "shmsan info 0x162e"
LD_PRELOAD="$built/libshmsan.so" ./server 2>/dev/null &
server=$!
./await_text 5678 0 abcdefghijklmnopqrstuvwxyz
kill -9 "$server"
wait "$server" 2>/dev/null || true
server=
"$built/shmsan" info 0x162e | shown
