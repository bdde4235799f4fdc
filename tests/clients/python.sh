#!/usr/bin/env bash
# Python: the tests of sysv_ipc's own source package, which attach, detach, remove and forget on purpose.
. "$(dirname "$0")/common.sh"
needs python3 python3
python=$(command -v /usr/bin/python3 || command -v python3)
"$python" -m pip --version >/dev/null 2>&1 || skip "pip is not installed (Debian: python3-pip)"
"$python" -c 'import setuptools' 2>/dev/null || skip "setuptools is not installed (Debian: python3-setuptools)"

# From the package registry, once for all: compiling it takes a second. Another version may have other tests.
version=1.2.0
{
    mkdir "$work/source" &&
        (cd "$work/source" && bounded "$python" -m pip download -q --no-cache-dir --no-deps --no-binary :all: \
            --no-build-isolation "sysv-ipc==$version") &&
        tar -xf "$work"/source/sysv_ipc-*.tar.gz -C "$work/source"
} >"$work/pip.log" 2>&1 || skip "the source of sysv_ipc cannot be had: $(tail -n 1 "$work/pip.log")"
cd "$work"/source/sysv_ipc-*/ || exit 1
"$python" setup.py -q build --build-lib "$work/built" >"$work/build.log" 2>&1 ||
    skip "sysv_ipc cannot be built here (Debian: python3-dev, gcc): $(tail -n 1 "$work/build.log")"
tests=$PWD

load() {
    local status
    export PYTHONPATH=$work/built PYTHONDONTWRITEBYTECODE=1
    local here=$PWD
    under tests
    cd "$tests" || return
    bounded "${shim[@]}" "$python" -m unittest -v tests.test_memory tests.test_module >"$here/output" 2>&1
    status=$?
    cd "$here" || return
    # Name and result of each test; the time that all took is not the same.
    sed -n -e 's/^.* \.\.\. //p' -e '/^Ran/s/ in .*//p' -e '/^OK\|^FAILED/p' output
    segments_left
    return $status
}

compare guard=1 guard=0 slack_check=always:end_aligned=1
