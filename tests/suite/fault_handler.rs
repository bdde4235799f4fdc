//! The handler of faults among those of the program: it takes part in nothing that is not its own, waits for nobody, and is
//! never the reason that a program ends in another way.

use crate::faults::{WAYS, run, summaries, undisturbed};
use crate::harness::{Run, Way, compile, compile_with, say, scratch};
use std::fs;
use std::os::unix::process::ExitStatusExt;

#[test]
fn a_fault_that_is_none_of_ours_waits_for_nobody() {
    for place in ["page", "null"] {
        for (way, ran) in undisturbed("faults/stopped.c", &[place], "checks=-unchecked-shmget") {
            assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "{way:?} {place}");
        }
    }
}

#[test]
fn what_the_kernel_sends_by_the_way_is_not_lost() {
    const AO: &str = "5";
    const SI_KERNEL: &str = "128";
    let (bus, segv) = (libc::SIGBUS.to_string(), libc::SIGSEGV.to_string());
    for (signal, code) in [(&bus, AO), (&segv, SI_KERNEL), (&bus, SI_KERNEL)] {
        for (way, ran) in undisturbed("faults/asynchronous.c", &[signal, code], "") {
            assert_eq!(ran.status.signal().map(|signal| signal.to_string()).as_ref(), Some(signal), "{way:?} {code}");
            assert_eq!(ran.stderr, "", "{way:?} {code}");
        }
    }
}

#[test]
fn handlers_that_call_one_another_come_to_an_end() {
    for how in ["itself", "later"] {
        for (way, ran) in undisturbed("faults/chain.c", &[how], "") {
            assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{way:?} {how}");
            assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?} {how}\n{}", ran.stderr);
        }
    }
    // Bare there is no ring.
    for way in WAYS {
        let ran = run("faults/chain.c", &["ring"], way, "");
        assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{way:?}");
        assert!(ran.stdout.starts_with("the second\nthe first\n"), "{way:?}\n{}", ran.stdout);
        assert!(ran.stdout.lines().count() < 10, "{way:?}\n{}", ran.stdout);
        assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn what_is_ignored_is_still_ignored_after_an_exec() {
    for (way, ran) in undisturbed("faults/ignored.c", &[], "") {
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("still ignored\n", ""), "{way:?}");
    }
}

#[test]
fn a_handler_may_throw_or_end_its_thread() {
    for how in ["throw", "exit"] {
        let go = |way| {
            let program = compile_with("faults/leaves.cpp", way, &["-fnon-call-exceptions"]);
            Run::new(program, way).arg(how).go()
        };
        let bare = go(Way::Bare);
        assert_eq!(bare.status.code(), Some(3), "{how}\n{}", bare.stdout);
        for way in WAYS {
            let ran = go(way);
            assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{way:?} {how}\n{}", ran.stderr);
            assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?} {how}\n{}", ran.stderr);
        }
    }
}

#[test]
fn a_program_that_waits_for_all_children_may_have_ours() {
    for (way, ran) in undisturbed("faults/reaped.c", &[], "") {
        assert_eq!(ran.status.code(), Some(3), "{way:?}\n{}", ran.stderr);
        assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn wherever_a_fault_is_told_nothing_beside_it_is_touched() {
    for place in ["vfork", "clone", "small", "poor", "usual"] {
        for (way, ran) in undisturbed("faults/tight.c", &[place], "checks=-double-detach") {
            // A signal stack that is too small for us is left alone.
            let told = usize::from(place != "poor");
            assert_eq!(summaries(&ran, "write-to-read-only").len(), told, "{way:?} {place}\n{}", ran.stderr);
        }
    }
    let unlimited = |way| {
        let script = r#"ulimit -s unlimited; LD_PRELOAD="$SHIM" exec "$PROGRAM" small"#;
        Run::script(script, way).env("PROGRAM", compile("faults/tight.c", way)).go()
    };
    for way in WAYS {
        let ran = unlimited(way);
        assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{way:?}");
        assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn a_program_that_finds_null_pointers_by_their_faults_finds_them_all() {
    for when in ["before", "after"] {
        for options in ["", "guard=0"] {
            for (way, ran) in undisturbed("faults/null_checks.c", &[when], options) {
                assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(3), ""), "{way:?} {when}");
            }
        }
    }
}

#[test]
fn faults_count_as_all_other_findings_do() {
    let recovers = |way, options: &str| run("faults/recovers.c", &[], way, options);
    for way in WAYS {
        let ran = recovers(way, "exitcode=23");
        assert_eq!(ran.status.code(), Some(23), "{way:?}\n{}", ran.stderr);
        // Two places, and a detach that is made twice.
        let ran = recovers(way, "max_reports=1");
        assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?}\n{}", ran.stderr);
        assert_eq!(ran.stderr.matches("no more reports after 1 (max_reports)").count(), 1, "{way:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains("3 errors and 0 warnings in all"), "{way:?}\n{}", ran.stderr);
        let last = recovers(way, "max_reports=2");
        assert_eq!(summaries(&last, "write-to-read-only").len(), 2, "{way:?}\n{}", last.stderr);
        assert_eq!(last.stderr.matches("no more reports after 2").count(), 1, "{way:?}\n{}", last.stderr);
        assert!(summaries(&last, "double-detach").is_empty(), "{way:?}\n{}", last.stderr);
    }
}

#[test]
fn who_wants_the_program_to_end_with_its_first_error_has_it_end_by_the_fault() {
    for options in ["halt_on_error=1", "halt_on_error=1:exitcode=23", "abort_on_error=1"] {
        for way in WAYS {
            let ran = run("faults/recovers.c", &[], way, options);
            assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{way:?} {options}\n{}", ran.stderr);
            assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?} {options}\n{}", ran.stderr);
        }
    }
    // What is suppressed is no error.
    let known = scratch("fault_handler").join("known");
    fs::write(&known, "write-to-read-only:main\ndouble-detach:main\n").unwrap();
    let options = format!("halt_on_error=1:max_reports=1:exitcode=23:suppressions={}", known.display());
    for way in WAYS {
        let ran = run("faults/recovers.c", &[], way, &options);
        assert_eq!(ran.status.code(), Some(3), "{way:?}\n{}", ran.stderr);
        assert!(!ran.stderr.contains("no more reports"), "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn a_child_of_ours_that_does_not_get_on_keeps_nobody() {
    for (way, ran) in undisturbed("faults/stuck.c", &[], "") {
        if ran.status.code() == Some(77) {
            return say(&format!("skipped: {}", ran.stdout.trim()));
        }
        assert_eq!(ran.status.code(), Some(3), "{way:?}\n{}", ran.stderr);
        // What is known without it.
        assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains(", by the instruction at 0x"), "{way:?}\n{}", ran.stderr);
    }
}
