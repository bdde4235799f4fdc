//! Every rule has a program that makes the mistake and one that looks alike and stays silent: c-tests/bad/ID.c and
//! c-tests/good/ID.c. What is said of the first stands in c-tests/bad/ID.expected. A program that cannot make its
//! surroundings here says why and exits with 77.

use crate::golden::same_everywhere;
use crate::harness::{Ran, Run, Way, compile, expect_file, normalise, private_namespaces_allowed, say, source};
use shmsan_core::rule::{self, Ring, Rule};
use std::os::unix::process::ExitStatusExt;

const WAYS: [Way; 2] = [Way::Preloaded, Way::Linked];
const CANNOT: i32 = 77;

/// Rules that no program on a test machine can be made to break, with the reason; their conditions have unit tests.
const WITHOUT_PROGRAM: &[(&str, &str)] = &[];

/// Rules whose programs are run by other tests, because they need more than one process or an input.
const ELSEWHERE: &[&str] = &["key-is-minus-one", "ftok-failed", "leaked-segment", "created-then-attach-failed"];

fn run(kind: &str, rule: &Rule, way: Way) -> Ran {
    let program = compile(&format!("{kind}/{}.c", rule.id), way);
    Run::new(program, way).options(&format!("checks=+{}", rule.id)).go()
}

/// Whether the report has that rule in a summary line.
fn names(stderr: &str, rule: &Rule) -> bool {
    let summary = format!("SUMMARY: shmsan: {} at ", rule.id);
    stderr.lines().any(|line| line.starts_with(&summary))
}

fn check_bad(rule: &Rule) {
    let bare = run("bad", rule, Way::Bare);
    if bare.status.code() == Some(CANNOT) {
        return say(&format!("skipped: bad/{}: {}", rule.id, bare.stdout.trim_end()));
    }
    for way in WAYS {
        let ran = run("bad", rule, way);
        let context = format!("bad/{} {way:?}, which said\n{}", rule.id, ran.stderr);
        if rule.ring == Ring::Memory && rule.id != "slack-overflow" {
            // Bare, some of these harm the program without a word.
            assert!(matches!(ran.status.signal(), Some(libc::SIGSEGV | libc::SIGBUS)), "{:?}, {context}", ran.status);
        } else {
            assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{context}");
        }
        assert!(names(&ran.stderr, rule), "{context}");
        // Elsewhere ids have other lengths, and lines are broken at other places.
        if way == Way::Linked && private_namespaces_allowed() {
            let report = normalise(&same_everywhere(&ran.stderr));
            expect_file(&source(&format!("bad/{}.expected", rule.id)), &report);
        }
    }
}

fn check_good(rule: &Rule) {
    let bare = run("good", rule, Way::Bare);
    if bare.status.code() == Some(CANNOT) {
        return say(&format!("skipped: good/{}: {}", rule.id, bare.stdout.trim_end()));
    }
    assert_eq!(bare.status.code(), Some(0), "good/{}: {}", rule.id, bare.stdout);
    for way in WAYS {
        let ran = run("good", rule, way);
        let context = format!("good/{} {way:?}, which said\n{}", rule.id, ran.stderr);
        assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{context}");
        assert!(!names(&ran.stderr, rule), "{context}");
    }
}

/// The rules of one part in `parts`, so that the parts run side by side.
fn check_part(part: usize, parts: usize) {
    let with_program = rule::all().filter(|rule| {
        // What only a tree of processes shows is shown under `shmsan run`.
        rule.ring != Ring::Run
            && !ELSEWHERE.contains(&rule.id)
            && !WITHOUT_PROGRAM.iter().any(|(without, _)| *without == rule.id)
    });
    for rule in with_program.skip(part).step_by(parts) {
        check_bad(rule);
        check_good(rule);
    }
}

#[test]
fn a_third_of_the_rules_speak_of_their_mistake_and_not_of_its_look_alike() {
    check_part(0, 3);
}

#[test]
fn another_third_of_the_rules_speak_of_their_mistake_and_not_of_its_look_alike() {
    check_part(1, 3);
}

#[test]
fn the_last_third_of_the_rules_speak_of_their_mistake_and_not_of_its_look_alike() {
    check_part(2, 3);
}

#[test]
fn the_page_of_the_rules_is_made_from_their_table() {
    expect_file(&source("../docs/rules.md"), &rule::document());
}

#[test]
fn a_rule_that_was_left_out_is_still_a_rule() {
    let left_out = WITHOUT_PROGRAM.iter().map(|(id, _)| *id).chain(ELSEWHERE.iter().copied());
    for id in left_out {
        assert!(rule::named(id).is_some(), "{id}");
    }
}
