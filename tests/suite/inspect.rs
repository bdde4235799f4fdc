//! What a program may ask of the sanitizer: include/shmsan.h, called from C.

use super::harness::{Run, Way, compile};

const PROGRAM: &str = "inspect/inspect.c";

#[test]
fn every_question_of_the_header_is_answered() {
    for way in [Way::Linked, Way::LinkedStatic, Way::FullyStatic] {
        let ran = Run::new(compile(PROGRAM, way), way).go();
        assert_eq!(ran.status.code(), Some(0), "{way:?}\n{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.ends_with(concat!(env!("CARGO_PKG_VERSION"), "\n")), "{way:?}\n{}", ran.stdout);
    }
}

#[test]
fn the_table_names_each_segment_and_attachment_with_its_line() {
    let ran = Run::new(compile(PROGRAM, Way::Linked), Way::Linked).go();
    let table = ran.report_on_stdout();
    let lines: Vec<_> = table.lines().take(3).collect();
    assert!(lines[0].ends_with("==PID==shmsan: 1 segment and 1 attachment"), "{table}");
    let id = lines[1].strip_prefix("  segment ").and_then(|rest| rest.split(':').next()).unwrap();
    assert!(lines[1].contains(": 5000 bytes, IPC_PRIVATE, created at "), "{table}");
    assert!(lines[1].ends_with("inspect.c:15 in attachments"), "{table}");
    let attachment = format!("  ADDR: 5000 bytes of segment {id}, flags SHM_RDONLY, attached at ");
    assert!(lines[2].starts_with(&attachment), "{table}");
    assert!(lines[2].ends_with("inspect.c:16 in attachments"), "{table}");
}

#[test]
fn leaks_are_reported_when_asked_and_an_ignored_one_not_at_the_end() {
    let ran = Run::new(compile(PROGRAM, Way::Linked), Way::Linked).go();
    let errors: Vec<_> = ran.stderr.lines().filter(|line| line.contains("ERROR: shmsan: leaked-segment")).collect();
    assert_eq!(errors.len(), 2, "{}", ran.stderr);
}

#[test]
fn an_address_that_changes_hands_between_threads_is_known_as_the_new_ones() {
    for way in [Way::Linked, Way::FullyStatic] {
        let ran = Run::new(compile("inspect/threads.c", way), way).go();
        assert_eq!(
            (ran.stdout.as_str(), ran.status.code()),
            ("each knew its own\n", Some(0)),
            "{way:?}\n{}",
            ran.stderr
        );
        assert_eq!(ran.stderr, "", "{way:?}");
    }
}
