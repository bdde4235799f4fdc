//! What the verdict says of a server's workers: a child of a fork has what its parent had attached, and may never call anything.

use super::verdict::{last_line, rules, tree};
use crate::harness::{Run, Way, compile, library_folder};

#[test]
fn what_a_worker_does_that_calls_nothing_itself_counts() {
    let ran = tree(&[], "worker-overflows");
    assert!(rules(&ran).contains(&"overflow"), "{ran:?}");
    // That it died of it is known where the kernel tells.
    assert!(last_line(&ran).starts_with("SUMMARY: shmsan run: 2 errors and "), "{}", ran.stderr);
    assert!(last_line(&ran).contains("in 2 processes: overflow 1, slack-overflow 1"), "{}", ran.stderr);
    assert_eq!(ran.status.code(), Some(23), "{ran:?}");
}

#[test]
fn a_worker_that_is_killed_held_what_its_parent_had_attached_unless_it_gave_that_up() {
    let program = compile("run/tree.c", Way::Bare);
    let rules_of = |before: &str| {
        // The command waits for the worker.
        let command = Run::new(library_folder().join("shmsan"), Way::Bare).arg("run").arg("--").arg(&program);
        rules(&command.arg("orphan-killed").arg(before).go()).join(" ")
    };
    assert_eq!(["", "detach", "exec"].map(rules_of), ["died-holding-segment", "", ""]);
}

#[test]
fn a_worker_that_is_killed_is_heard_of_though_its_parent_waits_for_it() {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|number| number.trim().parse::<u32>().ok());
    if (numbers.next(), numbers.next()) < (Some(6), Some(15)) {
        println!(
            "skipped: how a process ended for which somebody else has waited: Linux {} does not tell",
            release.trim()
        );
        return;
    }
    let ran = tree(&[], "worker-killed");
    assert_eq!(rules(&ran), ["died-holding-segment"], "{ran:?}");
    let words = ran.stderr.replace("\n       ", " ");
    assert!(words.contains(" attached it and forked this process") && words.contains("SIGKILL"), "{}", ran.stderr);
}
