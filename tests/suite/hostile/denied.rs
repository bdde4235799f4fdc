//! A sandbox that refuses system calls of ours with EPERM, while the program can do without them: each result and errno is as it
//! is bare, the reports are there or missing, and nobody waits for what never comes.

use super::{TWO_WAYS, undisturbed};
use crate::harness::{Ran, Run, Way, say};

/// What c-tests/support/deny.h can refuse.
const EACH: &[&str] = &[
    "openat",
    "newfstatat",
    "readlinkat",
    "read",
    "pread64",
    "pwritev2",
    "close",
    "fstat",
    "fcntl",
    "lseek",
    "ioctl",
    "getcwd",
    "faccessat",
    "ppoll",
    "pselect6",
    "mmap",
    "munmap",
    "mprotect",
    "madvise",
    "mincore",
    "process_vm_readv",
    "clock_gettime",
    "getrandom",
    "personality",
    "prctl",
    "prlimit64",
    "capget",
    "geteuid",
    "getegid",
    "getgroups",
    "getpid",
    "gettid",
    "getppid",
    "rt_sigprocmask",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_tgsigqueueinfo",
    "timer_create",
    "clone",
    "wait4",
    "waitid",
    "kill",
    "semctl",
    "msgctl",
];

/// Without these no program is loaded, or none has a handler for its fault.
const NEEDED_TO_LOAD: &[&str] =
    &["openat", "newfstatat", "read", "pread64", "close", "fstat", "mmap", "munmap", "mprotect", "rt_sigaction"];

/// Runs the program bare and shimmed; `false` where there are no filters.
fn denied(when: &str, names: &[&str], flags: &[&str], ways: &[Way], check: impl Fn(&str, &Ran)) -> bool {
    let (bare, all) = undisturbed("hostile/denied.c", flags, ways, |program, way| {
        names.iter().fold(Run::new(program, way).arg(when), Run::arg)
    });
    if bare.status.code() == Some(77) {
        say(&format!("skipped: what a sandbox refuses: {}", bare.stdout.trim_end()));
        return false;
    }
    assert_eq!(bare.status.code(), Some(3), "{when} {names:?} {}", bare.stdout);
    for shimmed in all {
        check(
            &format!("{when} {names:?} {:?} {:?}\n{}", shimmed.way, shimmed.options, shimmed.ran.stderr),
            &shimmed.ran,
        );
    }
    true
}

/// That the leak was told, or why not; unless it takes that call to know who we are, or what standard error is, or a child that nobody
/// could wait for may still want the segment.
fn expect_reports(name: &str, context: &str, ran: &Ran) {
    let is_blind = ["getpid", "fstat", "wait4"].contains(&name);
    let is_told = ["shmsan: leaked-segment: ", "; checks are off, the program goes on"];
    assert!(is_blind || is_told.iter().any(|words| ran.stderr.contains(words)), "{context}");
}

/// They take turns.
fn each() -> impl Iterator<Item = (&'static str, [Way; 1])> {
    EACH.iter().copied().zip(TWO_WAYS.map(|way| [way]).into_iter().cycle())
}

#[test]
fn what_is_refused_from_the_beginning_is_done_without() {
    for (name, ways) in each().filter(|(name, _)| !NEEDED_TO_LOAD.contains(name)) {
        if !denied("exec", &[name], &[], &ways, |context, ran| expect_reports(name, context, ran)) {
            return;
        }
    }
}

#[test]
fn what_is_refused_to_a_static_program_is_done_without() {
    // glibc itself ends a static program without mprotect(2).
    for name in EACH.iter().filter(|name| !["rt_sigaction", "mprotect"].contains(name)) {
        let check = |context: &str, ran: &Ran| expect_reports(name, context, ran);
        if !denied("exec", &[name], &["-static"], &[Way::FullyStatic], check) {
            return;
        }
    }
}

#[test]
fn who_has_locked_himself_in_hears_nothing_and_has_what_he_had() {
    // Where prctl(2) is refused too, nobody knows of the filter: what can be done is done.
    let alone = each().map(|(name, ways)| ("now", vec![name, "prctl"], ways));
    let turns = TWO_WAYS.map(|way| [way]).into_iter().cycle();
    let some = EACH
        .chunks(6)
        .zip(turns)
        .flat_map(|(names, ways)| [("now", names.to_vec(), ways), ("later", [names, &["prctl"]].concat(), ways)]);
    for (when, names, ways) in alone.chain(some) {
        if !denied(when, &names, &[], &ways, |_, _| ()) {
            return;
        }
    }
    for when in ["now", "later"] {
        denied(when, &["all"], &[], &TWO_WAYS, |_, _| ());
    }
}

#[test]
fn without_clocks_nobody_waits_for_ever() {
    // The program's own function makes the call: the usual one would find a clock in its memory (vdso(7)).
    for when in ["exec", "now", "later"] {
        if !denied(when, &["clock_gettime", "prctl"], &["-DOWN_CLOCK", "-rdynamic"], &TWO_WAYS, |_, _| ()) {
            return;
        }
    }
}
