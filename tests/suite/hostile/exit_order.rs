//! The end of a process has an order, and a segment may be removed in its last moment: only who forgot is told so.

use super::{as_it_is, undisturbed};
use crate::harness::{Run, Way, compile_with};

/// Runs a program that removes its segment at the end, and once more so that it forgets to.
fn removed_or_forgotten(name: &str, flags: &[&str], ways: &[Way], removed: &str, forgotten: &str) {
    let (bare, all) = undisturbed(name, flags, ways, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), (removed, Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
    }
    let (bare, all) = undisturbed(name, flags, ways, |program, way| Run::new(program, way).arg("forget"));
    assert_eq!((bare.stdout.as_str(), bare.status.code()), (forgotten, Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
    }
}

#[test]
fn a_segment_removed_in_an_earlier_atexit_handler_is_no_leak() {
    let name = "hostile/remove_in_atexit.c";
    removed_or_forgotten(name, &[], &Way::SHIMMED, "removed by the handler\n", "forgotten\n");
}

#[test]
fn a_segment_removed_in_a_destructor_is_no_leak() {
    let name = "hostile/remove_in_destructor.c";
    removed_or_forgotten(name, &[], &Way::SHIMMED, "removed by the destructor\n", "forgotten\n");
}

#[test]
fn a_segment_removed_in_a_needed_librarys_destructor_is_no_leak() {
    let keeper = compile_with("hostile/keeper.c", Way::Bare, &["-shared", "-fPIC"]);
    // A fully static program needs no library.
    let ways = [Way::Preloaded, Way::Linked, Way::LinkedStatic];
    let name = "hostile/remove_in_library.c";
    let flags = [keeper.to_str().unwrap()];
    removed_or_forgotten(name, &flags, &ways, "removed by the library\n", "the library keeps nothing\n");
}

#[test]
fn the_first_call_may_come_before_main_and_the_last_after_it() {
    let (bare, all) = undisturbed("hostile/early_call.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("worked to the last\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}
