//! The program's memory is the program's: its malloc may fail or be a segment itself, and its stacks may be small.

use super::{TWO_WAYS, as_it_is, undisturbed};
use crate::harness::Way;

#[test]
fn a_malloc_that_always_fails_is_never_asked() {
    let (bare, all) = undisturbed("hostile/malloc_fails.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("malloc was asked 0 times\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}

#[test]
fn a_malloc_that_attaches_its_memory_does_not_come_back_to_itself() {
    let (bare, all) = undisturbed("hostile/malloc_in_segment.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("in a segment, at most 1 deep\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
        shimmed.expect_checks_on();
    }
}

#[test]
fn small_stacks_are_enough() {
    let (bare, all) = undisturbed("hostile/small_stack.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("worked in a thread\nworked in a handler\n", Some(3)));
    for shimmed in all {
        shimmed.expect_checks_on();
    }
}
