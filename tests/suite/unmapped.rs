//! Attachments that the program takes away by munmap: what is known of them is not so any more, and nobody says it is.

use crate::faults::{WAYS, run, summaries, undisturbed};
use crate::harness::{Run, Way, compile};

/// With guards the kernel would hardly choose such a place again, without them it does.
const OPTIONS: [&str; 2] = ["", "guard=0:slack_check=always"];

#[test]
fn what_the_program_maps_where_a_segment_was_is_its_own() {
    for options in OPTIONS {
        for what in ["fills", "behind", "before", "read-only"] {
            for (way, ran) in undisturbed("faults/reused.c", &[what], options) {
                assert_eq!(ran.stderr, "", "{way:?} {what} {options}");
                assert_eq!(ran.status.code(), Some(0), "{way:?} {what} {options}: {}", ran.stdout);
            }
        }
    }
}

#[test]
fn a_line_is_read_as_a_whole_where_a_segment_was() {
    let line = "x".repeat(500) + "\n";
    for way in [Way::Bare].into_iter().chain(WAYS) {
        for options in OPTIONS {
            let read = Run::new(compile("faults/reused.c", way), way).arg("line").options(options).input(&line).go();
            assert_eq!(read.seen_by_the_user(), ("500 bytes read\n".to_owned(), Some(0), None), "{way:?} {options}");
            assert_eq!(read.stderr, "", "{way:?} {options}");
        }
    }
}

#[test]
fn however_often_that_happens_the_rest_is_tracked() {
    for (way, options) in [(Way::Preloaded, ""), (Way::LinkedStatic, "guard=0")] {
        let ran = run("faults/unmapped_often.c", &[], way, options);
        assert_eq!(ran.status.code(), Some(0), "{way:?} {options}: {}", ran.stdout);
        assert_eq!(summaries(&ran, "leaked-segment").len(), 1, "{way:?} {options}\n{}", ran.stderr);
        assert!(!ran.stderr.contains("checks are off"), "{way:?} {options}\n{}", ran.stderr);
    }
}
