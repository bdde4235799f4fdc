//! `color` and `verbosity`.

use super::plain;
use crate::harness::{Ran, Run, Way, compile};

const ESCAPE: char = '\x1b';

/// plain.c with a terminal as standard error, and TERM and NO_COLOR as given.
fn on_a_terminal(way: Way, options: &str, environment: &[(&str, &str)]) -> Ran {
    let run = Run::script(r#"export LD_PRELOAD="$SHIM"; exec "$WITH_TERMINAL" "$PROGRAM""#, way)
        .env("WITH_TERMINAL", compile("support/with_terminal.c", Way::Bare))
        .env("PROGRAM", compile("hostile/plain.c", way))
        .env("TERM", "xterm")
        .env("NO_COLOR", "")
        .options(options);
    let ran = environment.iter().fold(run, |run, (name, value)| run.env(name, value)).go();
    super::expect_plain(&ran);
    assert!(ran.stderr.contains("SUMMARY: shmsan: leaked-segment"), "{way:?} {}", ran.stderr);
    ran
}

#[test]
fn reports_on_a_terminal_are_coloured() {
    for way in Way::SHIMMED {
        for options in ["", "color=auto", "color=always"] {
            let ran = on_a_terminal(way, options, &[]);
            assert!(ran.stderr.contains("\x1b[1;33m=="), "{way:?} {options} {}", ran.stderr);
            assert!(ran.stderr.lines().any(|line| line.starts_with("SUMMARY: ")), "{}", ran.stderr);
        }
    }
}

#[test]
fn nothing_is_coloured_where_the_user_wants_none() {
    let plain: [(&str, &[(&str, &str)]); 5] = [
        ("color=never", &[]),
        ("", &[("NO_COLOR", "1")]),
        ("color=auto", &[("NO_COLOR", "1")]),
        ("", &[("TERM", "dumb")]),
        ("verbosity=1", &[("TERM", "dumb")]),
    ];
    for way in [Way::Preloaded, Way::FullyStatic] {
        for (options, environment) in plain {
            let ran = on_a_terminal(way, options, environment);
            assert!(!ran.stderr.contains(ESCAPE), "{way:?} {options} {environment:?} {}", ran.stderr);
        }
        // Who says always means it.
        assert!(on_a_terminal(way, "color=always", &[("NO_COLOR", "1")]).stderr.contains(ESCAPE));
    }
}

#[test]
fn nothing_is_coloured_that_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for way in [Way::Preloaded, Way::Linked] {
        assert!(!plain(way, "", folder.path()).stderr.contains(ESCAPE));
        assert!(plain(way, "color=always", folder.path()).stderr.contains(ESCAPE));
    }
    // Also where standard error is a terminal meanwhile.
    let ran = on_a_terminal_with_log(&format!("log_path={}/log", folder.path().display()));
    assert_eq!(ran.stderr, "");
    let [(_, log)] = &super::files(folder.path())[..] else { panic!("not one file") };
    assert!(log.contains("SUMMARY: shmsan: leaked-segment") && !log.contains(ESCAPE), "{log}");
}

fn on_a_terminal_with_log(options: &str) -> Ran {
    let ran = Run::new(compile("support/with_terminal.c", Way::Bare), Way::Bare)
        .arg(compile("hostile/plain.c", Way::Linked))
        .env("TERM", "xterm")
        .env("NO_COLOR", "")
        .options(options)
        .go();
    super::expect_plain(&ran);
    ran
}

#[test]
fn verbosity_tells_that_shmsan_is_there_and_what_it_saw() {
    let folder = tempfile::tempdir().unwrap();
    for way in Way::SHIMMED {
        let ran = plain(way, "verbosity=1", folder.path());
        let first = ran.stderr.lines().next().unwrap();
        assert!(first.contains("==shmsan: version ") && first.contains(" is loaded into /"), "{way:?} {first}");
        let last = ran.stderr.lines().last().unwrap();
        let expected = "==shmsan: at the end: 2 segments created, 0 found, 1 removed; 0 attachments left";
        assert!(last.ends_with(expected), "{way:?} {}", ran.stderr);
        let silent = plain(way, "verbosity=0", folder.path());
        assert!(!silent.stderr.contains("loaded") && !silent.stderr.contains("at the end"), "{}", silent.stderr);
    }
}

#[test]
fn verbosity_tells_of_a_program_that_never_calls() {
    let ran = Run::new("/bin/true", Way::Preloaded).options("verbosity=1").go();
    assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("at the end: 0 segments created, 0 found, 0 removed; 0 attachments left"));
    let silent = Run::new("/bin/true", Way::Preloaded).go();
    assert_eq!(silent.stderr, "");
}

#[test]
fn lines_for_people_stay_out_of_json_that_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let ran = plain(Way::Linked, "verbosity=1:trace=1:trace_format=json:log_path=log", folder.path());
    assert!(ran.stderr.contains("is loaded into") && ran.stderr.contains("at the end: "), "{}", ran.stderr);
    let [(_, log)] = &super::files(folder.path())[..] else { panic!("not one file") };
    assert!(log.lines().count() > 12 && log.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{log}");
}
