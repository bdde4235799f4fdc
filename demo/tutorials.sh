#!/bin/sh
# Five tutorials, and every bug in them: runs their programs under shmsan, under valgrind and with AddressSanitizer, and shows
# which of them says what about which line, and the compiler too. Nothing stands in it that was not just found.
# usage: demo/tutorials.sh [--markdown] FOLDER-WITH-THE-LIBRARIES
set -eu

. "$(dirname "$0")/private.sh"

style=text
if [ "$1" = --markdown ]; then style=markdown; shift; fi
root=$(cd "$(dirname "$0")/.." && pwd)
built=$(cd "$1" && pwd)
keys="5 5678 1001 -1 here/shmfile"

work=$(mktemp -d)
waiting=
finish() {
    if [ -n "$waiting" ]; then kill "$waiting" 2>/dev/null || true; fi
    if [ -e "$work/remove" ]; then clear_away; fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Another user must be able to reach it all.
chmod 755 "$work"
cd "$work"
mkdir valgrind asan here said
cp "$built/libshmsan.so" .
cp "$root"/c-tests/originals/*.c "$root"/c-tests/originals/*.cpp "$root"/c-tests/documents/*.c .
unset LD_PRELOAD
# A ledger of another user's would stay.
export SHMSAN_OPTIONS=ledger=0

for helper in await_text remove_segment as_nobody; do
    ${CC:-cc} "$root/c-tests/support/$helper.c" -o "$helper"
done
${CC:-cc} "$root/c-tests/ledger/maker.c" -o maker
user=
as_user=
if [ "$(id -u)" = 0 ]; then as_user=$work/as_nobody; fi

# Without them their columns say so.
tools=shmsan
if valgrind --version >/dev/null 2>&1; then tools="$tools valgrind"; else missing_valgrind="not installed"; fi
echo 'int main(void) { return 0; }' >asan.c
if ${CC:-cc} -fsanitize=address asan.c -o asan.out 2>/dev/null && ./asan.out; then
    tools="$tools asan"
else
    missing_asan="not installed"
fi

# compile PROGRAM SOURCE [FLAG...]: as the tutorial has it, with debug information, and its warnings in PROGRAM.warnings. Two lines
# of the first tutorial are errors for new compilers.
compile() {
    program=$1 source=$2
    shift 2
    case $source in
    *.cpp) compiler="${CXX:-g++} -std=c++11" ;;
    *) compiler="${CC:-cc} -Wno-error=int-conversion -Wno-error=implicit-function-declaration" ;;
    esac
    $compiler -g -Wall -Wextra "$source" "$@" -o "valgrind/$program" 2>"$program.warnings" || { cat "$program.warnings"; exit 1; }
    ln "valgrind/$program" "$program"
    case $tools in
    *asan*) $compiler -g -w -fsanitize=address "$source" "$@" -o "asan/$program" 2>>asan.log || { cat asan.log; exit 1; } ;;
    esac
}

# What these programs left, which nobody has attached any more.
clear_away() {
    for key in $keys; do ./remove_segment "$key" >/dev/null 2>&1 || true; done
}

# under PROGRAM [ARGUMENT...]: under the tool of this round, as $user if that is set; what it says goes into a file of said/.
# Whatever becomes of it, the story goes on.
under() {
    program=$1
    shift
    case $tool in
    shmsan) set -- env LD_PRELOAD="$work/libshmsan.so" "$work/$program" "$@" ;;
    valgrind) set -- valgrind -q --vgdb=no --leak-check=full "$work/valgrind/$program" "$@" ;;
    asan) set -- "$work/asan/$program" "$@" ;;
    esac
    # The shell in between is told of a signal, and not the terminal.
    (cd here && ulimit -c 0 && ${user:+"$user"} "$@"; exit) >/dev/null 2>>"$work/said/$tool" || true
}

# letters N: so many, on one line.
letters() { printf "%0$1d\n" 0; }

server_and_client() {
    under server &
    waiting=$!
    ./await_text 5678 0 abcdefghijklmnopqrstuvwxyz
    ./client >/dev/null
    wait "$waiting"
    waiting=
}
segment_that_is_gone() { under lecture removed; }
two_messages() { user=$as_user; under message_writer; under message_reader; user=; }
message_with_a_mode() { under message_writer_0666; under message_reader_0666; }
example() { under example; }
no_file() { echo hello | under writer; under reader; }
line_of_1500() { with_file letters 1500; }
line_of_5000() { with_file letters 5000; }
smaller_segment() {
    : >here/shmfile
    (cd here && ../maker ftok shmfile 65 make 100 >/dev/null)
    with_file echo hello
}
with_file() {
    : >>here/shmfile
    "$@" | under writer
    # The key goes with the file.
    clear_away
    rm here/shmfile
}

# found TOOL: what it has said of which line of the tutorials' programs: FILE:LINE, a tab, the words.
found() {
    case $1 in
    shmsan) sed -n 's/^SUMMARY: shmsan: \([^ ]*\) at \([^ ]*\).*/\2\t\1/p' "said/$1" ;;
    *) awk '
        /^==[0-9]+== [A-Z]/ || /ERROR: AddressSanitizer: / {
            words = $0
            sub(/^==[0-9]+== /, "", words)
            sub(/.*AddressSanitizer: /, "", words)
            sub(/(:| on | with ).*/, "", words)
        }
        words != "" && match($0, /(server|client|lecture|message_writer|message_reader|example|writer|reader)\.(cpp|c):[0-9]+/) {
            print substr($0, RSTART, RLENGTH) "\t" words
            words = ""
        }' "said/$1" ;;
    esac | awk '!seen[$0]++'
}

# warned FILE:LINE: by which warnings gcc speaks of that line.
warned() {
    cat ./*.warnings | sed -n "s/^$1:[0-9]*: warning: .*\[\(-W[^]=]*\).*\]\$/\1/p" | sort -u | paste -s -d ' ' -
}

cell() { # TOOL PLACE: what the tool has said of it
    case $1 in
    valgrind) missing=${missing_valgrind:-} ;;
    asan) missing=${missing_asan:-} ;;
    esac
    said=${missing:-$(found "$1" | sed -n "s/^$2\t//p" | head -n 1)}
    echo "${said:--}"
}

# In a terminal there is no room for the words.
spoken() {
    case $1 in
    not*) echo n/a ;;
    - | gcc | valgrind | ASan) echo "$1" ;;
    *) echo speaks ;;
    esac
}

row() { # PLACE RULE GCC VALGRIND ASAN
    if [ $style = text ]; then
        printf '  %-21s%-28s%-7s%-11s%s\n' "$1" "$2" "$(spoken "$3")" "$(spoken "$4")" "$(spoken "$5")"
    else
        rule=$2
        if [ "$rule" != - ]; then rule="[$2](docs/rules.md#$2)"; fi
        printf '| %s | %s | %s | %s | %s |\n' "$1" "$rule" "$3" "$4" "$5" | sed 's/| - /| – /g; s/| - |/| – |/g'
    fi
}

# tell STORY TITLE...: runs it under each tool, and shows what was said.
tell() {
    story=$1
    shift
    rm -f said/*
    for tool in $tools; do
        : >"said/$tool"
        clear_away
        $story
    done
    clear_away
    if [ $style = text ]; then printf '%s\n' "$*"; else printf '| **%s** | | | | |\n' "$*"; fi
    found shmsan >found
    for tool in $tools; do
        if [ "$tool" != shmsan ]; then found "$tool" | sed 's/\t.*/\t-/' | awk -F '\t' 'FILENAME == ARGV[1] { known[$1]; next } !($1 in known)' found - >more; cat more >>found; fi
    done
    if [ ! -s found ]; then row "no mistake" - - - -; fi
    # What an earlier story has shown is not shown again.
    grep -vxF -f shown found >rows || true
    cat rows >>shown
    while IFS='	' read -r place rule; do
        gcc=$(warned "$place")
        row "$place" "$rule" "${gcc:--}" "$(cell valgrind "$place")" "$(cell asan "$place")"
    done <rows
}

: >shown
compile server server.c
compile client client.c
compile lecture lecture.c
compile message_writer message_writer.c
compile message_reader message_reader.c
compile message_writer_0666 message_writer.c -DMODE=0666
compile message_reader_0666 message_reader.c -DMODE=0666
compile example example.c
compile writer writer.cpp
compile reader reader.cpp

if [ $style = text ]; then
    row line shmsan gcc valgrind ASan
    case $tools in *valgrind*asan) ;; *) echo '(n/a: not installed here)' ;; esac
else
    printf '| line | shmsan | gcc -Wall -Wextra | valgrind | AddressSanitizer |\n| --- | --- | --- | --- | --- |\n'
fi
tell server_and_client '"Brief": the server, and its client'
tell segment_that_is_gone '"Using IPC: shared memory": somebody removes the segment before shmat'
tell two_messages '"Inter process communication": with IPC_CREAT alone, as the text has it'
tell message_with_a_mode 'the same with a mode, 0666'
tell example '"Shared Memory in Linux": the example'
tell no_file '"IPC through shared memory": the writer, without the file "shmfile"'
tell line_of_1500 'with the file, and 1500 characters typed: the segment has 1024 bytes'
tell line_of_5000 '5000 characters typed'
tell smaller_segment 'another program has made a segment of 100 bytes under the same key'
