//! What a program is started with: options that are wrong, no environment, another root, and rights that forbid to
//! listen.

use super::{Shimmed, TWO_WAYS, as_it_is, undisturbed};
use crate::harness::{Ran, Run, Way, compile, is_root, say};
use crate::nobody::OpenFolder;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// plain.c with options as given: it ends as ever, with one leak reported; what was said of the options.
fn said_of_options(way: Way, options: &OsStr) -> (Vec<String>, Ran) {
    let ran = Run::new(compile("hostile/plain.c", way), way).env("SHMSAN_OPTIONS", options).go();
    let context = format!("{way:?} {}\n{}", options.display(), ran.stderr);
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("worked 1 times\n", Some(3)), "{context}");
    assert!(ran.stderr.contains("shmsan: leaked-segment"), "{context}");
    let said = ran.stderr.lines().filter(|line| line.starts_with("shmsan: SHMSAN_OPTIONS:")).map(str::to_owned);
    (said.collect(), ran)
}

#[test]
fn a_wrong_option_is_one_line_and_the_program_runs_on() {
    for way in Way::SHIMMED {
        for wrong in ["no_such_option=1", "trace=perhaps", "trace", "=1", "\"", "trace=1=1"] {
            let (said, ran) = said_of_options(way, OsStr::new(wrong));
            assert_eq!(said.len(), 1, "{way:?} {wrong:?}\n{}", ran.stderr);
        }
    }
}

#[test]
fn a_misspelt_option_is_told_the_nearest_one() {
    for way in TWO_WAYS {
        let (said, _) = said_of_options(way, OsStr::new("detect_leeks=0"));
        assert!(said.len() == 1 && said[0].contains("detect_leaks"), "{said:?}");
    }
}

#[test]
fn the_options_beside_a_wrong_one_are_heeded() {
    for way in TWO_WAYS {
        let (said, ran) = said_of_options(way, OsStr::new("trace=0:no_such_option=1,trace=yes"));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(ran.stderr.contains("[pid "), "{}", ran.stderr);
    }
}

#[test]
fn options_that_say_nothing_are_no_mistake() {
    for way in TWO_WAYS {
        for nothing in ["", " ", ":", ",: \n", "trace=0:"] {
            let (said, _) = said_of_options(way, OsStr::new(nothing));
            assert!(said.is_empty(), "{nothing:?} {said:?}");
        }
    }
}

#[test]
fn options_without_end_or_sense_do_no_harm() {
    for way in TWO_WAYS {
        let long = "x".repeat(100_000);
        let bytes: Vec<u8> = (1..=255).collect();
        for options in [OsStr::new(&long), OsStr::from_bytes(&bytes), OsStr::new(&"a=1:".repeat(20_000))] {
            let (said, ran) = said_of_options(way, options);
            assert!(!said.is_empty(), "nothing was said of wrong options");
            assert!(said.len() < 1000 && ran.stderr.len() < 100_000, "{} bytes were said of them", ran.stderr.len());
        }
    }
}

#[test]
fn a_program_without_an_environment_is_not_disturbed() {
    let program = compile("hostile/plain.c", Way::Linked);
    let ran = Run::new("/usr/bin/env", Way::Linked).arg("-i").arg(program).go();
    let shimmed = Shimmed { way: Way::Linked, options: "", ran };
    if shimmed.ran.status.code() != Some(3) {
        shimmed.fail("it did not end as ever");
    }
    shimmed.expect_reports("leaked-segment", 1);
    shimmed.expect_checks_on();
}

#[test]
fn a_call_that_comes_before_every_constructor_heeds_the_options() {
    let (bare, all) = undisturbed("hostile/preinit.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("it was there first\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}

#[test]
fn a_program_chooses_its_own_time_zone() {
    let (bare, all) = undisturbed("hostile/time_zone.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("03:00 HERE\n", Some(3)));
    for shimmed in all {
        shimmed.expect_checks_on();
    }
}

#[test]
fn a_program_below_another_root_is_not_disturbed() {
    const TEST: &str = "a_program_below_another_root_is_not_disturbed";
    let empty = tempfile::tempdir().unwrap();
    for when in ["now", "late"] {
        let (bare, all) = undisturbed("hostile/changed_root.c", &[], &TWO_WAYS, |program, way| {
            Run::new(program, way).arg(empty.path()).arg(when)
        });
        if bare.status.code() == Some(77) {
            say(&format!("skipped: {TEST}: {}", bare.stdout.trim_end()));
            return;
        }
        assert_eq!(bare.status.code(), Some(3), "{}", bare.stdout);
        for shimmed in all {
            shimmed.expect_reports("leaked-segment", 1);
            shimmed.expect_checks_on();
        }
    }
}

#[test]
fn a_program_with_raised_rights_does_not_listen_to_the_environment() {
    const TEST: &str = "a_program_with_raised_rights_does_not_listen_to_the_environment";
    if !is_root() {
        say(&format!("skipped: {TEST}: only root can make a set-user-ID program of root"));
        return;
    }
    let open = OpenFolder::new();
    let as_nobody = compile("support/as_nobody.c", Way::Bare);
    for way in [Way::LinkedStatic, Way::FullyStatic] {
        let program = compile("hostile/raised_rights.c", way);
        let [plain, raised] = [("plain", 0o755), ("raised", 0o4755)].map(|(name, mode)| {
            let copy = open.copy(&program, name, mode);
            Run::new(&as_nobody, Way::Bare).arg(copy).options("trace=1:no_such_option=1").go()
        });
        assert_eq!(plain.stdout, "raised rights: no\n", "{}", plain.stderr);
        assert!(plain.stderr.contains("[pid ") && plain.stderr.contains("SHMSAN_OPTIONS"), "{}", plain.stderr);
        if raised.stdout == plain.stdout {
            say(&format!(
                "skipped: {TEST}: set-user-ID programs have no effect below {}",
                std::env::temp_dir().display()
            ));
            return;
        }
        assert_eq!((raised.stdout.as_str(), raised.status.code()), ("raised rights: yes\n", Some(3)));
        assert!(!raised.stderr.contains("[pid ") && !raised.stderr.contains("SHMSAN_OPTIONS"), "{}", raised.stderr);
        assert!(raised.stderr.contains("shmsan: leaked-segment"), "{}", raised.stderr);
    }
}
