#!/usr/bin/env bash
# One client, inside the IPC namespace that run.sh has made for it: ends it in time, and then whatever is left in there.
# usage: inside.sh NAMESPACE-OUTSIDE SECONDS CLIENT.sh ARGUMENT…
set -u
outside=$1
most=$2
shift 2

timeout -k 30 "$most" bash "$@" &
client=$!
again=true
trap 'again=true; kill "$client" 2>/dev/null' TERM
while $again; do
    again=false
    wait "$client"
    status=$?
done

# Whoever is in this namespace was started by the client; the machine's own is nobody's to sweep.
own=/proc/$$/ns/ipc
[ -n "$outside" ] && [ "$(readlink "$own")" != "$outside" ] || exit $status
for ((round = 0; round < 50; round++)); do
    left=false
    for process in /proc/[0-9]*; do
        if [ "$process/ns/ipc" -ef "$own" ] && [ "$process" != "/proc/$$" ]; then
            kill -KILL "${process#/proc/}" 2>/dev/null && left=true
        fi
    done
    $left || break
    sleep 0.1
done
exit $status
