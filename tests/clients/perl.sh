#!/usr/bin/env bash
# Perl: IPC::SysV and IPC::SharedMem of its own library, and the tests of IPC::Shareable's source package where
# apt-get source can be had.
. "$(dirname "$0")/common.sh"
needs perl perl
perl -MIPC::SysV -MIPC::SharedMem -e 1 2>/dev/null || skip "IPC::SysV is not installed (Debian: perl)"

# The distribution's source, without its lists of sources being touched.
tests=
shareable() {
    perl -MIPC::Shareable -e 1 2>/dev/null || { echo "IPC::Shareable is not installed (Debian: libipc-shareable-perl)" && return 1; }
    command -v apt-get >/dev/null || { echo "there is no apt-get to ask for its source" && return 1; }
    local uri suite
    read -r uri suite < <(apt-cache policy | sed -n 's/^ *[0-9]* \(http[^ ]*\) \([a-z]*\)\/main .*/\1 \2/p' | head -n 1)
    [ -n "$uri" ] || { echo "apt-get knows no sources" && return 1; }
    mkdir -p "$work/apt/lists/partial" "$work/apt/parts" "$work/apt/cache/archives/partial"
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb-src [signed-by=$keys] $uri $suite main" >"$work/apt/list"
    local apt=(
        bounded apt-get -qq -o Dir::Etc::sourcelist="$work/apt/list" -o Dir::Etc::sourceparts="$work/apt/parts"
        -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=
    )
    (cd "$work/apt" && "${apt[@]}" update && "${apt[@]}" source --download-only libipc-shareable-perl) >"$work/apt.log" 2>&1 ||
        { tail -n 1 "$work/apt.log" && return 1; }
    tar -xf "$work"/apt/libipc-shareable-perl_*.orig.tar.gz -C "$work/apt" && tests=$(echo "$work"/apt/IPC-Shareable-*)
}

reason=$(shareable; echo "$tests" >"$work/tests")
tests=$(cat "$work/tests")
[ -n "$tests" ] || echo "skipped: perl, the part of IPC::Shareable: $reason"

cat >"$work/own.pl" <<'PERL'
use strict;
use warnings;
use IPC::SysV qw(IPC_PRIVATE IPC_CREAT IPC_EXCL IPC_RMID IPC_STAT S_IRUSR S_IWUSR ftok shmat shmdt memread memwrite);
use IPC::SharedMem;

# The language's own calls, each of which attaches and detaches.
my $id = shmget(IPC_PRIVATE, 1000, IPC_CREAT | S_IRUSR | S_IWUSR) // die "shmget: $!";
for my $round (1 .. 200) {
    shmwrite($id, "round $round", 0, 20) or die "shmwrite: $!";
    shmread($id, my $text, 0, 20) or die "shmread: $!";
    $text =~ s/\0+$//;
    die "read '$text'" if $text ne "round $round";
}
print "shmwrite behind the end: ", (shmwrite($id, "x", 999, 2) ? "done" : "refused: $!"), "\n";
# What another process writes is seen.
my $child = fork() // die "fork: $!";
if (!$child) { shmwrite($id, "from the child", 0, 20); exit 0 }
waitpid $child, 0;
shmread($id, my $text, 0, 14);
print "$text\n";
shmctl($id, IPC_STAT, my $status) or die "shmctl: $!";
print "status: ", length $status, " bytes\n";
my $address = shmat($id, undef, 0) // die "shmat: $!";
memwrite($address, "through IPC::SysV", 0, 17) or die "memwrite: $!";
memread($address, my $read, 0, 17) or die "memread: $!";
print "$read\n";
defined shmdt($address) or die "shmdt: $!";
shmctl($id, IPC_RMID, 0) or die "shmctl: $!";
print "a removed one: ", (defined shmread($id, $read, 0, 1) ? "read" : $!), "\n";
print "no such file: ", (defined ftok("/no/such/file") ? "a key" : "no key"), "\n";

my $memory = IPC::SharedMem->new(ftok($0), 8, IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR) // die "new: $!";
$memory->attach or die "attach: $!";
$memory->write(pack("S", 4711), 2, 2) or die "write: $!";
print unpack("S", $memory->read(2, 2)), ", nattch ", $memory->stat->nattch, "\n";
$memory->detach or die "detach: $!";
$memory->remove or die "remove: $!";
PERL

load() {
    local status one
    under own
    bounded "${shim[@]}" perl "$work/own.pl"
    status=$?
    segments_left
    [ -n "$tests" ] || return $status
    under shareable
    # Without it they skip themselves.
    export CI_TESTING=1
    for one in "$tests"/t/*.t; do
        case $(basename "$one") in
        # Of the package and its pages; of all segments that a machine can have; those in which two processes race.
        9[0-3]-* | 67-* | 20-* | 36-* | 38-* | 50-*) continue ;;
        esac
        (cd "$tests" && bounded "${shim[@]}" perl -Ilib "$one") >one 2>>output
        echo "$(basename "$one"): $?, $(grep -c '^ok' one) ok, $(grep -c '^not ok' one) not ok"
    done
    segments_left
    return $status
}

compare guard=1 guard=0 slack_check=always:end_aligned=1
