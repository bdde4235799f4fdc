//! Standard error and standard output as places for reports: the program's own, and written only while they are what they
//! were.

use super::plain;
use crate::harness::{Run, Way, compile};
use std::fs;

const TWO_WAYS: [Way; 2] = [Way::Preloaded, Way::LinkedStatic];

#[test]
fn reports_go_to_standard_output_where_they_are_wanted_there() {
    for way in TWO_WAYS {
        for path in ["stdout", "/dev/stdout"] {
            let ran = Run::new(compile("hostile/plain.c", way), way).options(&format!("log_path={path}")).go();
            assert!(ran.stdout.contains("SUMMARY: shmsan: leaked-segment"), "{way:?} {}", ran.stdout);
            assert!(ran.stdout.contains("worked 1 times\n") && ran.stderr.is_empty(), "{way:?} {}", ran.stderr);
        }
    }
}

#[test]
fn the_name_of_standard_error_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["stderr", "/dev/stderr", ""] {
        let ran = plain(Way::Linked, &format!("log_path={path}"), folder.path());
        assert!(ran.stderr.contains("SUMMARY: shmsan: leaked-segment"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_stands_in_the_place_of_standard_output_is_the_programs() {
    for way in TWO_WAYS {
        for when in ["now", "late"] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("own");
            let run = Run::new(compile("hostile/reuse_descriptors.c", way), way).arg(&file).arg(when);
            let ran = run.options("trace=1:log_path=stdout").go();
            assert_eq!(ran.status.code(), Some(7), "{way:?} {}", ran.stderr);
            assert_eq!(fs::read_to_string(file).unwrap(), "first\nsecond\n", "{way:?}");
        }
    }
}

#[test]
fn a_pipe_that_a_program_makes_for_itself_holds_only_its_own_words() {
    for way in Way::SHIMMED {
        for kind in ["pipe", "socket"] {
            for options in ["", "trace=1"] {
                let run = Run::new(compile("options/own_pipe.c", way), way).arg(kind);
                let ran = run.options(options).go();
                assert_eq!((ran.stdout.as_str(), ran.status.code()), ("mine\n", Some(3)), "{way:?} {kind} {options}");
            }
        }
    }
}

#[test]
fn nobody_waits_in_a_pipe_that_another_thread_has_filled() {
    let ran = Run::new(compile("options/crowded_pipe.c", Way::Linked), Way::Linked).go();
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("", Some(0)), "{}", ran.stderr);
}
