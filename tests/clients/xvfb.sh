#!/usr/bin/env bash
# Xvfb and x11perf: pictures through MIT-SHM, the client's segments attached by the server; and a screen in a segment.
. "$(dirname "$0")/common.sh"
needs Xvfb xvfb
needs x11perf x11-apps
needs xwd x11-apps

case $pace in
short) reps=200 ;;
*) reps=4000 ;;
esac

# What the server makes for its socket where it is the first, as far as nobody else came to use it.
if [ ! -e /tmp/.X11-unix ]; then
    trap 'finish; rmdir /tmp/.X11-unix 2>/dev/null' EXIT
fi

# serve STEP WORDS…: starts a server, which finds a free display itself and says which.
serve() {
    under "$1"
    shift
    rm -f display
    "${shim[@]}" Xvfb -displayfd 5 -screen 0 1024x768x24 -nolisten tcp -noreset "$@" 5>display &
    server=$!
    await 60 test -s display || return
    DISPLAY=:$(cat display)
    export DISPLAY
}

# A client that ends itself is "ended: 0".
end_server() {
    kill -TERM "$server"
    wait "$server"
    echo "Xvfb ended: $?"
}

perf() {
    local status
    bounded "${shim[@]}" x11perf -reps "$reps" -repeat 1 "$@" >>output
    status=$?
    echo "x11perf $*: $status"
    grep -c ' reps @ ' output
    return $status
}

load() {
    serve server || return
    # A client that is killed: the server lets go of its segment, which nobody removes, and goes on. x11perf measures for
    # seconds before it begins, so it has been started before the others.
    under killed
    "${shim[@]}" x11perf -reps 100000000 -repeat 1 -shmput500 >>killed.log 2>&1 &
    client_pid=$!
    under pictures
    # Not in every user namespace may the server attach what its client made.
    perf -shmput10 -shmput500 -shmget10 -shmget500 || return
    await 100 attachments || return
    kill -KILL "$client_pid"
    wait "$client_pid" 2>/dev/null
    await 20 no_attachments || return
    before=$(segments)
    perf -shmput100
    end_server
    segments_left
    serve screen-in-segment -shmem || return
    under screen
    echo "the screen: $(bounded "${shim[@]}" xwd -root -silent | wc -c) bytes"
    end_server
    segments_left
}

# The server has attached it too, and lets go of it when its client is gone.
attachments() { awk 'NR > 1 && $7 > 1 { found = 1 } END { exit !found }' /proc/sysvipc/shm; }
no_attachments() { awk 'NR > 1 && $7 > 0 { found = 1 } END { exit found }' /proc/sysvipc/shm; }

compare guard=1 guard=0 slack_check=always:end_aligned=1
