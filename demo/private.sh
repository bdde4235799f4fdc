# To be sourced with the script's own arguments: begins it again in an IPC namespace of its own, where the machine allows one.
# After that PRIVATE is yes or no.
# shellcheck shell=sh

if [ -z "${PRIVATE:-}" ]; then
    export PRIVATE=yes
    for way in "-i" "-i -U --map-current-user" "-i -U"; do
        # shellcheck disable=SC2086 # the words of $way are meant to be words
        if unshare $way true 2>/dev/null; then exec unshare $way "$0" "$@"; fi
    done
    PRIVATE=no
fi
