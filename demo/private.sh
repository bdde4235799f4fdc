# To be sourced with the script's own arguments: begins it again in an IPC namespace of its own, where the machine allows one.
# Elsewhere it ends where somebody has a segment with a key of the tutorials' programs, because the scripts remove what has one.
# shellcheck shell=sh

if [ -z "${PRIVATE:-}" ]; then
    export PRIVATE=yes
    for way in "-i" "-i -U --map-current-user" "-i -U"; do
        # shellcheck disable=SC2086 # the words of $way are meant to be words
        if unshare $way true 2>/dev/null; then exec unshare $way "$0" "$@"; fi
    done
    PRIVATE=no
    echo "(no private IPC namespace is allowed here; what is left is removed)" >&2
    if grep -q '^ *\(5\|1001\|5678\|-1\) ' /proc/sysvipc/shm 2>/dev/null; then
        echo "somebody's segment has a key of the tutorials' programs (ipcs -m: 5, 0x3e9, 0x162e, 0xffffffff); it is left alone" >&2
        exit 1
    fi
fi
