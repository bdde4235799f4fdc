#!/usr/bin/env bash
# stress-ng: segments in great number and size, and every wrong call its authors could think of, with the memory verified.
. "$(dirname "$0")/common.sh"
needs stress-ng stress-ng

case $pace in
short) rounds=24 ;;
*) rounds=400 ;;
esac

load() {
    local status=0
    under workers
    stress --shm-sysv 2 --shm-sysv-ops "$rounds" || status=1
    stress --shm-sysv 2 --shm-sysv-ops "$rounds" --shm-sysv-segs 32 --shm-sysv-bytes 1M || status=1
    stress --shm-sysv 1 --shm-sysv-ops "$((rounds / 2))" --shm-sysv-segs 2 --shm-sysv-bytes 64M || status=1
    segments_left
    return $status
}

stress() {
    # A worker that is out of time ends well all the same; its rounds tell it from one that did its work.
    bounded "${shim[@]}" stress-ng --verify --metrics-brief --temp-path "$PWD" "$@" 2>&1 | tee -a output >one
    echo "$* : ${PIPESTATUS[0]}"
    # The rounds that were made, and what was verified.
    sed -n -e 's/^.* shm-sysv  *\([0-9][0-9]*\) .*/rounds: \1/p' -e '/fail:/s/\[[0-9]*\]//p' one
    grep -q 'successful run' one
}

compare guard=1 guard=0 slack_check=always:end_aligned=1
