# What every client of shmsan here does: it plays its load bare and under shmsan, and compares.
#
# A client sources this file with its own arguments, says what it needs, defines `load`, and ends with `compare`:
#   load     runs the real program; what it prints is the verdict, which must be the same bare and shimmed, as its status must
#   under X  before each program of the load: sets $shim, the words to put before the command; X names this step
# NAME.expected lists what shmsan may find: step, ERROR or WARNING, rule; a fourth word "sometimes" where chance decides.
# Runs inside an IPC namespace of its own, which run.sh makes. Ends and removes only what it has made.

set -u -o pipefail

library=$(readlink -f "$1")
pace=${2:-short}
client=$(basename "$0" .sh)
here=$(dirname "$(readlink -f "$0")")

skip() {
    echo "skipped: $client: $*"
    exit 0
}

# needs PROGRAM PACKAGE: a program, and where Debian has it.
needs() {
    command -v "$1" >/dev/null || skip "$1 is not installed (Debian: $2)"
}

# What a program that hangs is given.
case $pace in
short) limit=120 ;;
*) limit=400 ;;
esac
# In the process group that run.sh ends.
bounded() { timeout --foreground -k 5 "$limit" "$@"; }

finish() {
    # Whoever ends a group ends us twice.
    trap "" INT TERM HUP
    local pid end=$((SECONDS + 5))
    for pid in $(jobs -p); do kill "$pid" 2>/dev/null; done
    # Those who do not hear it are ended by inside.sh.
    for pid in $(jobs -p); do
        while [ $SECONDS -lt $end ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    done
    cd / && rm -rf "$work"
}

# A folder of our own; others may go through it, because some programs refuse to run as root.
work=$(mktemp -d) || exit 1
chmod 755 "$work"
trap finish EXIT
trap 'exit 1' INT TERM HUP
cp "$library" "$work/libshmsan.so" && chmod 644 "$work/libshmsan.so"
# Ledgers go with it.
mkdir -m 700 "$work/run" && export XDG_RUNTIME_DIR=$work/run

unset SHMSAN_OPTIONS LD_PRELOAD
export LC_ALL=C
options=
shim=(env)

under() {
    shim=(env)
    [ "$options" = bare ] || shim=(
        env "LD_PRELOAD=$work/libshmsan.so"
        "SHMSAN_OPTIONS=$options:verbosity=1:max_reports=0:log_path='$PWD/log/$1'"
    )
}

# await SECONDS COMMAND…: until it succeeds.
await() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

segments() { echo $(($(wc -l </proc/sysvipc/shm) - 1)); }

# What this run left; a run before it may have left some too.
segments_left() { echo "segments left: $(($(segments) - before))"; }

# The list of what was found, one line for each step and rule; and whatever else shmsan had to say.
found() {
    local log step
    for log in log/*; do
        [ -f "$log" ] || continue
        step=$(basename "${log%.*}")
        sed -n -e "s/^==[0-9]*==\(ERROR\|WARNING\|INFO\): shmsan: \([a-z-]*\): .*/$step \1 \2/p" \
            -e '/^==[0-9]*==shmsan: \(version .* is loaded into\|at the end: \|[a-z-]* happened [0-9]* times\)/d' \
            -e "s/^==[0-9]*==\(shmsan: .*\)/$step \1/p" "$log"
    done | sort -u
}

# Lines of the first list that the second has not.
missing() {
    comm -23 <(printf '%s\n' "$1" | sed '/^$/d' | sort -u) <(printf '%s\n' "$2" | sed '/^$/d' | sort -u)
}

# play NAME OPTIONS: one run of the load, in a folder of its own.
play() {
    mkdir "$work/$1" "$work/$1/log"
    chmod 1777 "$work/$1" "$work/$1/log"
    cd "$work/$1" || exit 1
    options=$2
    before=$(segments)
    load >verdict 2>errors
    echo "status: $?" >>verdict
}

# complain OPTIONS WORDS: with what there is to see on standard input. Stands behind pipes, so it leaves a file.
complain() {
    echo "FAILED: $client, $1: $2"
    sed 's/^/    /'
    touch "$work/failed"
}

# compare OPTIONS…: bare, then with each of these.
compare() {
    local expected always with seen words number=0
    expected=$(sed -e 's/#.*//' -e 's/  */ /g' -e 's/ *$//' -e '/^$/d' "$here/$client.expected")
    always=$(printf '%s\n' "$expected" | grep -v ' sometimes$')
    expected=$(printf '%s\n' "$expected" | sed 's/ sometimes$//')
    play bare bare
    # A load that breaks off proves nothing.
    if ! grep -qx 'status: 0' verdict; then
        { cat verdict && tail -n 30 errors; } | sed 's/^/    /'
        skip "it does not work bare here"
    fi
    for with in "$@"; do
        number=$((number + 1))
        play "$number" "$with"
        if ! words=$(diff -U 2 "$work/bare/verdict" verdict); then
            { printf '%s\n' "$words" && tail -n 30 errors; } | complain "$with" "another verdict than bare"
        fi
        seen=$(found)
        words=$(missing "$seen" "$expected")
        [ -z "$words" ] || { printf '%s\n' "$words" && head -n 100 log/*; } |
            complain "$with" "findings that are not in $client.expected"
        words=$(missing "$always" "$seen")
        [ -z "$words" ] || printf '%s\n' "$words" | complain "$with" "findings of $client.expected that are missing"
        # Who leaves by _exit says nothing at its end, but may have had something to say before.
        grep -qsE 'at the end: [1-9]|^SUMMARY: shmsan: ' log/* || echo "$PWD" | complain "$with" "the library heard of no segment"
    done
    [ -z "${KEEP:-}" ] || cp -r "$work" "$KEEP/$client"
    [ ! -e "$work/failed" ] || exit 1
    echo "ok: $client ($(grep -c . "$work/bare/verdict") lines of verdict, bare and with: $*; $SECONDS s)"
    exit 0
}
