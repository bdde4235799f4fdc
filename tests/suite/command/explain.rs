//! `shmsan explain`: every rule has its page, and a slip of the keyboard is understood.

use super::shmsan;
use crate::harness::{Run, Way, library_folder};
use shmsan_core::rule;

#[test]
fn every_rule_has_its_page_and_stands_in_the_list() {
    let list = shmsan(&["explain"]).go().stdout;
    for rule in rule::all() {
        assert!(list.lines().any(|line| line == format!("  {}", rule.id)), "{}: {list}", rule.id);
        let ran = shmsan(&["explain", rule.id]).go();
        assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(0), ""));
        let page = ran.stdout;
        assert!(page.starts_with(&format!("{} ({}, ring ", rule.id, rule.severity)), "{page}");
        assert!(page.ends_with(&format!("\nSee {}.\n", rule.page.man)), "{page}");
        assert!(rule.page.bad.lines().all(|line| page.contains(line)), "{page}");
        assert!(page.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()), "{page}");
    }
}

#[test]
fn a_page_reads_like_this() {
    let page = shmsan(&["explain", "unchecked-shmget"]).go().stdout;
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let rule = rule::named("unchecked-shmget").unwrap();
    assert!(words.contains(rule.sentence) && words.contains(&rule.page.why.replace('\u{a0}', " ")), "{page}");
    assert!(page.contains("\n\nWrong:\n\n    ") && page.contains("\n\nFixed:\n\n    "), "{page}");
}

#[test]
fn an_unknown_rule_is_said_with_the_nearest_name() {
    for (name, words) in [
        ("size-mismathc", "shmsan: there is no rule \"size-mismathc\"; did you mean \"size-mismatch\"?\n"),
        ("xyzzy", "shmsan: there is no rule \"xyzzy\"; \"shmsan explain\" lists all\n"),
        ("\x1b[31m", "shmsan: there is no rule \"\\x1b[31m\"; \"shmsan explain\" lists all\n"),
    ] {
        let ran = shmsan(&["explain", name]).go();
        assert_eq!((ran.status.code(), ran.stdout.as_str(), ran.stderr.as_str()), (Some(2), "", words));
    }
    // What is no rule and no option either.
    assert_eq!(shmsan(&["explian"]).go().status.code(), Some(2));
}

#[test]
fn who_reads_only_the_beginning_hears_of_no_broken_pipe() {
    let script = format!("{} explain | head -n 1", library_folder().join("shmsan").display());
    let ran = Run::script(&script, Way::Bare).go();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("shmget\n", ""));
}

#[test]
fn colours_are_for_terminals() {
    assert!(!shmsan(&["explain"]).go().stdout.contains('\x1b'));
    let forced = shmsan(&["explain"]).env("CLICOLOR_FORCE", "1").go().stdout;
    assert!(forced.contains("\x1b[1;31msize-mismatch\x1b[0m"), "{forced}");
}
