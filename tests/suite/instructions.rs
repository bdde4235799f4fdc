//! How many instructions of a process the usual calls take, the kernel's left out. A count is the same on every run: a change
//! that makes a call dearer by a fifth fails here.

use crate::harness::{Run, Way, compile_with, find_program, is_release, library_folder, say};
use std::fs;
use std::path::Path;

const PROGRAM: &str = "cost/calls.c";
/// What it does, in its order.
const THINGS: [&str; 5] =
    ["shmget", "IPC_STAT", "attach and detach", "attach and detach by an id from elsewhere", "create to remove"];
/// The marks before one of them, and how often it is done more behind the last of these than behind the one before.
const ROUNDS: usize = 3;
const MORE: u64 = 1000;

/// Measured; a fifth more is too much.
const WITHOUT_A_SESSION: [u64; 5] = [61, 50, 264, 312, 684];
const WITH_A_SESSION: [u64; 5] = [113, 80, 576, 624, 1334];
const WITH_A_TRACE: [u64; 5] = [701, 1320, 1632, 1675, 3378];

/// Instructions of each thing. Of the cheap ones what the program itself does is a part. Under valgrind addresses are not as
/// they are elsewhere, and the kernel chooses where segments are attached: what the guards take is not in it, nor is the
/// clock's own work.
fn count(valgrind: &Path, session: Option<&str>) -> [u64; 5] {
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("counts");
    let journal = tempfile::tempdir().unwrap();
    let library = library_folder().join("libshmsan.so");
    let mut run = Run::new(valgrind, Way::Bare)
        .arg("--tool=callgrind")
        .arg("--dump-before=mark")
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(compile_with(PROGRAM, Way::Bare, &["-O2"]))
        .env("LD_PRELOAD", library);
    if let Some(kind) = session {
        run = run.env("SHMSAN_SESSION", format!("{kind}{}", journal.path().display()));
    }
    let ran = run.go();
    assert!(ran.status.success(), "{ran:?}");
    std::array::from_fn(|thing| {
        // The first part ends with the first mark.
        let part = |round| total(&counts, thing * ROUNDS + round + 2);
        (part(ROUNDS - 1) - part(ROUNDS - 2)) / MORE
    })
}

/// All that was counted in one part, as callgrind has written it.
fn total(counts: &Path, part: usize) -> u64 {
    let file = format!("{}.{part}", counts.display());
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.unwrap_or_else(|| panic!("{file}:\n{text}")).trim().parse().unwrap()
}

fn check(what: &str, session: Option<&str>, bounds: [u64; 5]) {
    if !is_release() || !cfg!(target_arch = "x86_64") {
        return say(&format!("skipped: instructions {what}: they are known of an optimised build for x86-64"));
    }
    let Some(valgrind) = find_program("valgrind") else {
        return say(&format!("skipped: instructions {what}: valgrind is not installed"));
    };
    let counted = count(&valgrind, session);
    let mut dear = Vec::new();
    for (thing, (counted, usual)) in THINGS.iter().zip(counted.into_iter().zip(bounds)) {
        say(&format!("instructions {what}: {thing}: {counted}, usually {usual}"));
        if counted * 5 > usual * 6 {
            dear.push(format!("{thing} takes {counted} instructions {what}, and not {usual}"));
        }
    }
    assert!(dear.is_empty(), "{}", dear.join("\n"));
}

#[test]
fn a_call_takes_no_more_instructions_than_it_did() {
    check("without a session", None, WITHOUT_A_SESSION);
}

#[test]
fn a_call_that_is_judged_at_the_end_of_a_run_takes_no_more_instructions_than_it_did() {
    check("with a session", Some(""), WITH_A_SESSION);
}

#[test]
fn a_call_that_is_traced_by_a_run_takes_no_more_instructions_than_it_did() {
    check("with a trace", Some("trace:"), WITH_A_TRACE);
}
