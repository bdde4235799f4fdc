//! More segments than there is room for, other namespaces' segments, and no memory left to tell of them.

use super::{TWO_WAYS, as_it_is, undisturbed};
use crate::harness::{Run, private_namespaces_allowed, say};

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
fn a_segment_that_has_the_id_of_a_smaller_one_elsewhere_was_not_written_past() {
    const TEST: &str = "a_segment_that_has_the_id_of_a_smaller_one_elsewhere_was_not_written_past";
    let (bare, all) = undisturbed("hostile/same_id_elsewhere.c", &[], &TWO_WAYS, as_it_is);
    if bare.status.code() == Some(77) {
        return say(&format!("skipped: {TEST}: {}", bare.stdout.trim_end()));
    }
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("filled\n", Some(3)));
    for shimmed in all {
        shimmed.expect_checks_on();
        shimmed.expect_reports("slack-overflow", 0);
    }
}

#[test]
fn who_goes_into_another_namespace_and_comes_back_answers_for_what_is_left_at_home() {
    const TEST: &str = "who_goes_into_another_namespace_and_comes_back_answers_for_what_is_left_at_home";
    // What is left in the other one is gone with it. Of two segments with one id the later is known.
    let cases: [(&[&str], usize); 7] = [
        (&["apart"], 1),
        (&["apart", "second"], 1),
        (&["apart", "first"], 0),
        (&["apart", "first", "second"], 0),
        (&[], 0),
        (&["first"], 0),
        (&["first", "second"], 0),
    ];
    for (words, leaks) in cases {
        let (bare, all) = undisturbed("hostile/namespace_and_back.c", &[], &TWO_WAYS, |program, way| {
            words.iter().fold(Run::new(program, way), Run::arg)
        });
        if bare.status.code() == Some(77) {
            return say(&format!("skipped: {TEST}: {}", bare.stdout.trim_end()));
        }
        assert_eq!((bare.stdout.as_str(), bare.status.code()), ("at home again\n", Some(3)), "{words:?}");
        for shimmed in all {
            shimmed.expect_checks_on();
            shimmed.expect_reports("leaked-segment", leaks);
        }
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
