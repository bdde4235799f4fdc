#!/usr/bin/env bash
# Real programs, bare and under shmsan: the same verdict, and no finding but those that are expected (see common.sh).
# usage: run.sh LIBRARY short|long [CLIENT…]
# Each client runs in an IPC namespace and a folder of its own, all of them at once. KEEP=FOLDER keeps what they wrote.
# Nothing of them stays, also where this is interrupted: no process, no file, no ledger.
set -u
here=$(cd "$(dirname "$0")" && pwd)
library=$(readlink -f "$1") && [ -f "$library" ] || { echo "there is no library $1: run make" >&2; exit 2; }
pace=$2
shift 2
[ $# -gt 0 ] || set -- postgres python stress-ng xvfb perl php

way=
for words in "-i" "-i -U --map-current-user" "-i -U"; do
    # shellcheck disable=SC2086 # the words are meant to be words
    if unshare $words true 2>/dev/null; then
        way=$words
        break
    fi
done
[ -n "$way" ] || { echo "skipped: clients: no private IPC namespace is allowed here"; exit 0; }

case $pace in
short) most=600 ;;
*) most=1800 ;;
esac
output=$(mktemp -d) || exit 1
# Others may go through it, because some programs refuse to run as root.
chmod 711 "$output"
pids=()
finish() {
    # Whoever ends a group ends us twice.
    trap "" INT TERM HUP
    # Each of them ends all that it has started.
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    wait
    rm -rf "$output"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

outside=$(readlink /proc/self/ns/ipc)
for client in "$@"; do
    mkdir "$output/$client.work" && chmod 711 "$output/$client.work"
    # shellcheck disable=SC2086
    TMPDIR=$output/$client.work unshare $way bash "$here/inside.sh" "$outside" "$most" \
        "$here/$client.sh" "$library" "$pace" >"$output/$client" 2>&1 </dev/null &
    pids+=($!)
done
failed=0
for client in "$@"; do
    wait "${pids[0]}"
    status=$?
    pids=("${pids[@]:1}")
    cat "$output/$client"
    [ $status != 124 ] && [ $status != 137 ] || echo "FAILED: $client did not end within $most s"
    [ $status = 0 ] || failed=1
done
exit $failed
