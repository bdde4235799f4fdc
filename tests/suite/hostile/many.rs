//! More segments than there is room for, other namespaces' segments, and no memory left to tell of them.

use super::{TWO_WAYS, as_it_is, undisturbed};
use crate::harness::{private_namespaces_allowed, say};

#[test]
fn what_others_removed_makes_room_and_a_later_leak_is_seen() {
    let (bare, all) = undisturbed("hostile/removed_by_others.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("one is left behind\n", Some(3)));
    for shimmed in all {
        shimmed.expect_checks_on();
        shimmed.expect_reports("leaked-segment", 1);
    }
}

#[test]
fn a_leak_in_a_new_namespace_is_seen_though_its_id_is_known() {
    const TEST: &str = "a_leak_in_a_new_namespace_is_seen_though_its_id_is_known";
    if !private_namespaces_allowed() {
        return say(&format!("skipped: {TEST}: no private IPC namespace here"));
    }
    let (bare, all) = undisturbed("hostile/new_namespace.c", &[], &TWO_WAYS, as_it_is);
    if bare.status.code() == Some(77) {
        return say(&format!("skipped: {TEST}: {}", bare.stdout.trim_end()));
    }
    for shimmed in all {
        shimmed.expect_checks_on();
        shimmed.expect_reports("leaked-segment", 1);
    }
}

#[test]
fn without_memory_at_the_end_the_program_ends_as_it_would() {
    if !private_namespaces_allowed() {
        return say("skipped: without_memory_at_the_end_the_program_ends_as_it_would: it leaves a thousand segments");
    }
    let (bare, all) = undisturbed("hostile/no_memory_at_exit.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("a thousand left behind\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
    }
}
