//! Others in the same process: sanitizers, libraries that stand before the same calls, a second libc, and programs that are put
//! together in another way.

use super::{as_it_is, undisturbed};
use crate::harness::{Run, Way, compile_with, library_folder, say};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn a_program_that_is_static_and_movable_is_not_disturbed() {
    let (bare, all) = undisturbed("hostile/plain.c", &["-static-pie", "-fPIE"], &[Way::LinkedStatic], as_it_is);
    assert_eq!(bare.status.code(), Some(3), "{}", bare.stderr);
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}

/// A preloaded run with `other` before or behind us in LD_PRELOAD; bare, `other` is there alone.
fn beside(other: &Path, place: Place) -> impl Fn(&Path, Way) -> Run {
    let (other, ours) = (other.display().to_string(), library_folder().join("libshmsan.so").display().to_string());
    move |program, way| {
        let run = Run::new(program, way);
        match (way, place) {
            (Way::Preloaded, Place::Before) => run.env("LD_PRELOAD", format!("{other}:{ours}")),
            (Way::Preloaded, Place::Behind) => run.env("LD_PRELOAD", format!("{ours}:{other}")),
            _ => run.env("LD_PRELOAD", &other),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Behind,
}

#[test]
fn who_stands_before_us_sees_every_call_and_who_stands_behind_does_no_harm() {
    let other = compile_with("hostile/interposer.c", Way::Bare, &["-shared", "-fPIC"]);
    for place in [Place::Before, Place::Behind] {
        for way in [Way::Preloaded, Way::Linked] {
            // We make the calls ourselves: nobody behind us hears of them, nor where our macros call us by other names.
            let silent = place == Place::Behind || way == Way::Linked;
            let (bare, all) = undisturbed("hostile/with_interposer.c", &[], &[way], |program, way| {
                let run = beside(&other, place)(program, way);
                if silent { run.arg("silent") } else { run }
            });
            let seen = if silent { "" } else { "the other one saw 12 calls\n" };
            assert_eq!((bare.stdout, bare.status.code()), (format!("{seen}worked beside another\n"), Some(3)));
            for shimmed in all {
                shimmed.expect_reports("leaked-segment", 1);
                shimmed.expect_checks_on();
            }
        }
    }
}

/// The library of AddressSanitizer, where the compiler has one.
fn address_sanitizer() -> Option<PathBuf> {
    let output = Command::new("gcc").arg("-print-file-name=libasan.so").output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end()).canonicalize().ok()?;
    path.is_absolute().then_some(path)
}

#[test]
fn beside_address_sanitizer_both_see_what_is_theirs() {
    let Some(other) = address_sanitizer() else {
        return say("skipped: beside_address_sanitizer_both_see_what_is_theirs: gcc has no AddressSanitizer here");
    };
    for place in [Place::Before, Place::Behind] {
        for flags in [&[][..], &["-fsanitize=address"]] {
            let (bare, all) = undisturbed("hostile/plain.c", flags, &[Way::Preloaded], |program, way| {
                // It wants to be the first, unless it is told not to look.
                beside(&other, place)(program, way).env("ASAN_OPTIONS", "verify_asan_link_order=0")
            });
            assert_eq!((bare.stdout.as_str(), bare.status.code()), ("worked 1 times\n", Some(3)), "{}", bare.stderr);
            for shimmed in all {
                shimmed.expect_reports("leaked-segment", 1);
                shimmed.expect_checks_on();
            }
        }
    }
}

#[test]
fn a_second_libc_in_the_process_is_its_own_world() {
    const TEST: &str = "a_second_libc_in_the_process_is_its_own_world";
    for way in [Way::Bare, Way::Linked] {
        let flags: &[&str] = &["-shared", "-fPIC"];
        let keeper = compile_with("hostile/keeper.c", way, flags);
        for closes in [false, true] {
            let ways = [Way::Preloaded, Way::Linked, Way::LinkedStatic];
            let (bare, all) = undisturbed("hostile/second_libc.c", &["-ldl"], &ways, |program, way| {
                let run = Run::new(program, way).arg(&keeper);
                if closes { run.arg("close") } else { run }
            });
            if bare.status.code() == Some(77) {
                return say(&format!("skipped: {TEST}: {}", bare.stdout.trim_end()));
            }
            assert_eq!(bare.status.code(), Some(3), "{}", bare.stdout);
            for shimmed in all {
                shimmed.expect_reports("leaked-segment", 1);
                shimmed.expect_checks_on();
            }
        }
    }
}
