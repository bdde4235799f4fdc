//! Descriptors belong to the program: it may close ours, and use their numbers again for files of its own.

use super::{TWO_WAYS, undisturbed};
use crate::harness::{Run, Way, compile};
use std::time::{Duration, Instant};

#[test]
fn a_program_that_closes_all_descriptors_is_not_disturbed() {
    for when in ["now", "late"] {
        let (bare, all) =
            undisturbed("hostile/close_all.c", &[], &TWO_WAYS, |program, way| Run::new(program, way).arg(when));
        assert_eq!(bare.status.code(), Some(7));
        for shimmed in all {
            shimmed.expect_reports("leaked-segment", 0);
        }
    }
}

/// The script shows what is in the file when all is over: it is compared as standard output.
const SHOW_FILE: &str = r#"
    file=$(mktemp)
    trap 'rm -f "$file"' EXIT
    status=0
    START || status=$?
    cat "$file"
    exit $status
"#;

#[test]
fn a_program_that_reuses_all_descriptors_finds_only_its_own_words() {
    for when in ["now", "late"] {
        let start = r#"LD_PRELOAD="$SHIM" "$PROGRAM" "$file" $WHEN"#;
        let (bare, _) = undisturbed("hostile/reuse_descriptors.c", &[], &TWO_WAYS, |program, way| {
            Run::script(&SHOW_FILE.replace("START", start), way).env("PROGRAM", program).env("WHEN", when)
        });
        assert_eq!((bare.stdout.as_str(), bare.status.code()), ("first\nsecond\n", Some(7)));
    }
}

#[test]
fn a_program_started_without_standard_error_finds_only_its_own_words() {
    let start = r#"LD_PRELOAD="$SHIM" "$PROGRAM" "$file" standing 2>&-"#;
    let (bare, _) = undisturbed("hostile/reuse_descriptors.c", &[], &Way::SHIMMED, |program, way| {
        Run::script(&SHOW_FILE.replace("START", start), way).env("PROGRAM", program)
    });
    assert_eq!(bare.stdout, "first\nsecond\n");
    assert_eq!(bare.status.code(), Some(22), "its file took the place of standard error");
}

/// A program whose standard error is what support/with_stderr.c makes of it.
fn with_stderr(state: &str, times: &str, ways: &[Way]) {
    let (bare, _) = undisturbed("hostile/plain.c", &[], ways, |program, way| {
        Run::script(r#"export LD_PRELOAD="$SHIM"; exec "$WITH_STDERR" $STATE "$PROGRAM" $TIMES"#, way)
            .env("WITH_STDERR", compile("support/with_stderr.c", Way::Bare))
            .env("PROGRAM", program)
            .env("STATE", state)
            .env("TIMES", times)
    });
    assert_eq!((bare.stdout, bare.status.code()), (format!("worked {times} times\n"), Some(3)));
}

#[test]
fn a_program_whose_standard_error_is_gone_lives_on() {
    with_stderr("gone", "1", &Way::SHIMMED);
}

#[test]
fn a_program_whose_standard_error_is_full_does_not_hang() {
    let begun = Instant::now();
    // 600 calls: whoever waited for each of them would still wait.
    with_stderr("full", "50", &TWO_WAYS);
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
}

#[test]
fn a_program_whose_standard_error_nobody_reads_does_not_hang() {
    let begun = Instant::now();
    with_stderr("unread", "50", &TWO_WAYS);
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
}

#[test]
fn a_program_without_a_reader_never_meets_our_sigpipe() {
    let (bare, _) = undisturbed("hostile/unwanted_signals.c", &[], &TWO_WAYS, |program, way| {
        Run::script(r#"export LD_PRELOAD="$SHIM"; exec "$WITH_STDERR" gone "$PROGRAM" pipe"#, way)
            .env("WITH_STDERR", compile("support/with_stderr.c", Way::Bare))
            .env("PROGRAM", program)
    });
    assert_eq!(bare.status.code(), Some(3), "{}", bare.stdout);
}
