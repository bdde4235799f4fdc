//! Resource limits: what the library cannot have, it does without, and the program does not pay for it.

use super::{TWO_WAYS, undisturbed};
use crate::harness::{Run, Way, compile};

#[test]
fn a_program_that_may_open_nothing_is_not_disturbed() {
    for when in ["now", "late"] {
        let (bare, all) =
            undisturbed("hostile/no_descriptors.c", &[], &TWO_WAYS, |program, way| Run::new(program, way).arg(when));
        assert_eq!((bare.stdout.as_str(), bare.status.code()), ("worked without descriptors\n", Some(3)));
        for shimmed in all {
            shimmed.expect_reports("leaked-segment", 1);
            shimmed.expect_checks_on();
        }
    }
}

#[test]
fn a_program_that_may_open_nothing_is_heard_through_a_pipe() {
    // poll(2) refuses to look at a descriptor then.
    const SCRIPT: &str = r#"
        exec 3>&1
        { LD_PRELOAD="$SHIM" "$PROGRAM" now 2>&1 >&3 || echo "status $?" >&3; } | cat >&2
    "#;
    let (bare, all) = undisturbed("hostile/no_descriptors.c", &[], &TWO_WAYS, |program, way| {
        Run::script(SCRIPT, way).env("PROGRAM", program)
    });
    assert_eq!(bare.stdout, "worked without descriptors\nstatus 3\n");
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}

#[test]
fn a_static_program_started_without_descriptors_is_not_disturbed() {
    let (bare, all) = undisturbed("hostile/plain.c", &["-static"], &[Way::FullyStatic], |program, way| {
        Run::script(r#"ulimit -n 0; exec "$PROGRAM""#, way).env("PROGRAM", program)
    });
    assert_eq!(bare.status.code(), Some(3), "{}", bare.stderr);
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}

#[test]
fn a_program_with_a_small_file_limit_never_meets_our_sigxfsz() {
    let (bare, _) =
        undisturbed("hostile/unwanted_signals.c", &[], &TWO_WAYS, |program, way| Run::new(program, way).arg("limit"));
    assert_eq!(bare.status.code(), Some(3), "{}", bare.stdout);
}

#[test]
fn a_program_without_address_space_is_not_disturbed() {
    for when in ["now", "late"] {
        let (bare, _) = undisturbed("hostile/small_address_space.c", &[], &TWO_WAYS, |program, way| {
            Run::new(program, way).arg(when)
        });
        assert_eq!((bare.stdout.lines().count(), bare.status.code()), (3, Some(3)), "{}", bare.stdout);
    }
}

#[test]
fn a_program_started_with_a_small_address_space_is_not_disturbed() {
    let (bare, all) = undisturbed("hostile/plain.c", &[], &TWO_WAYS, |program, way| {
        Run::script(r#"ulimit -v 32768; export LD_PRELOAD="$SHIM"; exec "$PROGRAM""#, way).env("PROGRAM", program)
    });
    assert_eq!(bare.status.code(), Some(3), "{}", bare.stderr);
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
    }
}

#[test]
fn a_program_that_locks_itself_in_is_not_ended_by_a_call_of_ours() {
    for when in ["before", "between", "after"] {
        for way in TWO_WAYS {
            let go = |way, options| Run::new(compile("hostile/locked_in.c", way), way).arg(when).options(options).go();
            let bare = go(Way::Bare, "");
            assert_eq!((bare.status.code(), bare.stdout.as_str()), (Some(3), ""), "{when}");
            for options in ["", "guard=0", "guard=arena"] {
                let ran = go(way, options);
                assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{way:?} {when} {options}\n{}", ran.stderr);
                assert_eq!(ran.stderr, "", "{way:?} {when} {options}");
            }
        }
    }
    for way in TWO_WAYS {
        let run = Run::new(compile("hostile/locked_in.c", way), way).arg("closely");
        let ran = run.options("detect_leaks=0:slack_check=0").go();
        assert_eq!((ran.status.code(), ran.stdout.as_str(), ran.stderr.as_str()), (Some(3), "", ""), "{way:?}");
    }
}
