//! The same random calls, bare and shimmed, each in a fresh IPC namespace: every result, errno and effect must be
//! equal.
//! `SEED=` and `SEQUENCES=` in the environment look further than the usual run does, and `make soak` as far as one likes.

mod printed;
mod reached;
mod soak;
mod trial;

use super::harness::{Way, compile_with, is_root, private_namespaces_allowed, say};
use std::fs;
use trial::{Manner, Trial};

/// Each is one lie of liar.c, which the comparison must see.
const LIES: &[&str] = &[
    "errno-cleared",
    "exclusive-ignored",
    "size-rounded",
    "mode-tamed",
    "read-only-dropped",
    "attached-twice",
    "memory-touched",
    "child-loses-attachment",
    "detach-anything",
    "id-before-buffer",
    "unlock-forgotten",
    "removed-is-eidrm",
    "index-for-id",
    "buffer-overrun",
    "project-signed",
    "device-forgotten",
    "highest-index-one-more",
    "lock-not-done",
    "death-not-noticed",
    "stale-id-accepted",
    "errno-of-threads-lost",
    "detach-refused-to-threads",
    "detach-only-what-is-known",
    "unknown-command-accepted",
    "misaligned-buffer-refused",
    "remap-dropped",
    "rounded-without-flag",
    "forged-errno-tamed",
    "vfork-child-does-nothing",
    "huge-pages-dropped",
    "child-detaches-nothing",
    "no-pages-in-use",
];

/// These show only to root: who may become others, return from another namespace, and set limits.
const LIES_TO_ROOT: &[&str] = &[
    "group-forgotten",
    "namespace-remembered",
    "no-space-is-no-memory",
    "other-user-reads-only",
    "refusals-swapped",
    "size-after-permission",
];

/// Whether ids are comparable here, which they are in fresh namespaces only.
fn comparable(test: &str) -> bool {
    if !private_namespaces_allowed() {
        say(&format!("skipped: {test}: without a private IPC namespace the ids differ from run to run"));
    }
    private_namespaces_allowed()
}

#[test]
fn random_calls_end_alike_bare_and_shimmed() {
    if comparable("random_calls_end_alike_bare_and_shimmed") {
        Trial::of_this_user().compare_all();
    }
}

#[test]
fn random_calls_of_a_user_who_is_not_root_end_alike_bare_and_shimmed() {
    const TEST: &str = "random_calls_of_a_user_who_is_not_root_end_alike_bare_and_shimmed";
    if !comparable(TEST) {
        return;
    }
    match another_user() {
        Some(trial) => trial.compare_all(),
        None => say(&format!("skipped: {TEST}: we may not become another user")),
    }
}

/// The trial of another user, where we may become one.
fn another_user() -> Option<Trial> {
    let trial = Trial::of_another_user();
    let is_possible = trial.of(0).run(Manner::BARE).status.success();
    assert!(is_possible || !(is_root() && owns_every_user()), "root could not become another user");
    is_possible.then_some(trial)
}

/// Whether user numbers here mean what they mean on the machine, so that root can become anybody.
fn owns_every_user() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

#[test]
fn two_bare_runs_are_alike_and_one_lie_is_seen() {
    if !comparable("two_bare_runs_are_alike_and_one_lie_is_seen") {
        return;
    }
    let liar = compile_with("differential/liar.c", Way::Bare, &["-shared", "-fPIC"]);
    let trial = Trial::of_liars();
    let bare = trial.run(Manner::BARE);
    let beside = |lie| {
        let variables = [("LD_PRELOAD", liar.to_str().unwrap()), ("LIE", lie)];
        trial.difference(&bare, Manner::BARE, Manner::new(Way::Bare, &variables)).err()
    };
    trial.difference(&bare, Manner::BARE, Manner::BARE).unwrap();
    assert_eq!(beside("none"), None);
    let lies = LIES.iter().chain(LIES_TO_ROOT.iter().filter(|_| is_root() && owns_every_user()));
    for lie in lies {
        let difference = beside(lie).unwrap_or_else(|| panic!("nobody saw the lie {lie}"));
        assert!(difference.contains("  shimmed:  "), "{lie}: {difference}");
    }
}
