//! `shmsan_default_options`: a program's own options, which the environment's win over.

use crate::harness::{Ran, Run, Way, compile, compile_with, is_root, say};
use crate::nobody::OpenFolder;

const PROGRAM: &str = "options/defaults.c";

/// The flags with which the program's function returns `expression`, and can be found under LD_PRELOAD.
fn returning(expression: &str) -> [String; 2] {
    [format!("-DDEFAULTS={expression}"), "-rdynamic".to_owned()]
}

fn run(way: Way, expression: &str, options: Option<&str>) -> Ran {
    let [defaults, exported] = returning(expression);
    let program = compile_with(PROGRAM, way, &[&defaults, &exported]);
    let run = Run::new(program, way);
    let ran = options.into_iter().fold(run, Run::options).go();
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("raised rights: no\n", Some(3)), "{way:?} {}", ran.stderr);
    ran
}

fn traced(ran: &Ran) -> usize {
    ran.stderr.lines().filter(|line| line.starts_with("[pid ")).count()
}

#[test]
fn a_programs_own_options_hold_in_every_way_the_shim_comes_in() {
    for way in Way::SHIMMED {
        // The call that the function itself makes is not among them.
        assert_eq!(traced(&run(way, r#""trace=1""#, None)), 2, "{way:?}");
        assert_eq!(traced(&run(way, r#""trace=1""#, Some(""))), 2, "{way:?}");
    }
}

#[test]
fn the_environment_wins_over_a_programs_own_options() {
    for way in Way::SHIMMED {
        let ran = run(way, r#""trace=1:verbosity=1""#, Some("trace=0"));
        assert_eq!(traced(&ran), 0, "{way:?}");
        assert!(ran.stderr.contains("is loaded into"), "{way:?} {}", ran.stderr);
    }
}

#[test]
fn a_program_may_have_no_options_of_its_own() {
    for way in Way::SHIMMED {
        for nothing in ["NULL", r#""""#] {
            assert_eq!(run(way, nothing, None).stderr, "", "{way:?}");
            assert_eq!(traced(&run(way, nothing, Some("trace=1"))), 2, "{way:?}");
        }
    }
}

#[test]
fn a_wrong_option_is_said_with_its_source() {
    for way in Way::SHIMMED {
        let ran = run(way, r#""trase=1""#, Some("verbosty=1"));
        let mut lines = ran.stderr.lines();
        let expected = [
            "shmsan: shmsan_default_options: there is no option \"trase\"; did you mean \"trace\"?",
            "shmsan: SHMSAN_OPTIONS: there is no option \"verbosty\"; did you mean \"verbosity\"?",
        ];
        for begin in expected {
            assert!(lines.next().is_some_and(|line| line.starts_with(begin)), "{way:?}\n{}", ran.stderr);
        }
        assert_eq!(lines.next(), None);
    }
}

#[test]
fn a_program_with_raised_rights_has_its_own_options_and_not_the_environments() {
    const TEST: &str = "a_program_with_raised_rights_has_its_own_options_and_not_the_environments";
    if !is_root() {
        say(&format!("skipped: {TEST}: only root can make a set-user-ID program of root"));
        return;
    }
    let open = OpenFolder::new();
    let [defaults, exported] = returning(r#""trace=1""#);
    let program = compile_with(PROGRAM, Way::LinkedStatic, &[&defaults, &exported]);
    let raised = open.copy(&program, "raised", 0o4755);
    let run = Run::new(compile("support/as_nobody.c", Way::Bare), Way::Bare).arg(raised);
    let ran = run.options("trace=0:no_such_option=1").go();
    if ran.stdout == "raised rights: no\n" {
        let folder = std::env::temp_dir();
        say(&format!("skipped: {TEST}: set-user-ID programs have no effect below {}", folder.display()));
        return;
    }
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("raised rights: yes\n", Some(3)), "{}", ran.stderr);
    assert_eq!(traced(&ran), 2, "{}", ran.stderr);
    assert!(!ran.stderr.contains("SHMSAN_OPTIONS"), "{}", ran.stderr);
}
