//! Threads, children of every kind, and signals: no lock is inherited or met twice, and no child speaks for its parent.

use super::{TWO_WAYS, as_it_is, undisturbed};
use crate::harness::{Run, Way};
use std::time::{Duration, Instant};

#[test]
fn threads_and_fork_at_once_do_not_hang() {
    let (bare, all) = undisturbed("hostile/threads_and_fork.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("60 children came and went\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
        shimmed.expect_checks_on();
    }
}

#[test]
fn sixty_four_threads_that_attach_and_detach_while_another_forks_do_not_hang() {
    let begun = Instant::now();
    let (bare, all) = undisturbed("hostile/crowd_and_fork.c", &[], &Way::SHIMMED, as_it_is);
    assert!(begun.elapsed() < Duration::from_mins(1), "it took {:?}", begun.elapsed());
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("40 children came and went\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
        shimmed.expect_checks_on();
    }
}

#[test]
fn threads_and_underscore_fork_at_once_do_not_hang() {
    let begun = Instant::now();
    let (bare, all) = undisturbed("hostile/underscore_fork.c", &[], &TWO_WAYS, as_it_is);
    // 400 children: whoever waits for a lock that nobody will ever let go would wait here many times.
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("100 children came and went\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
        // A child that finds a lock taken may go without checks; its parent may not.
        shimmed.expect_trace();
    }
}

#[test]
fn a_child_of_underscore_fork_does_not_report_its_parents_leak() {
    let (bare, all) = undisturbed("hostile/lonely_fork.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("the child ended\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        let parent = shimmed.ran.stderr.lines().find_map(|line| line.strip_prefix("  the parent is "));
        let reporter = format!("=={}==", parent.unwrap_or_else(|| shimmed.fail("no parent")));
        let leak = shimmed.ran.stderr.lines().find(|line| line.contains("shmsan: leaked-segment:"));
        if !leak.is_some_and(|line| line.starts_with(&reporter)) {
            shimmed.fail("the report is not its parent's");
        }
    }
}

#[test]
fn who_jumps_out_of_a_call_is_not_overlooked_from_then_on() {
    let (bare, all) = undisturbed("hostile/timeout.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("20 waited in vain\n", Some(3)));
    for shimmed in all {
        let given_up = shimmed.ran.stderr.lines().filter(|line| line.contains("checks are off")).count();
        let told = shimmed.reports_of("leaked-segment");
        // Who jumps while a lock is held has lost it.
        if told + given_up != 20 || told == 0 {
            shimmed.fail(&format!("{told} were told, and {given_up} were given up"));
        }
    }
}

#[test]
fn a_child_that_has_ended_takes_nothing_over() {
    let (bare, all) = undisturbed("hostile/ended_child.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("the child ended\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 2);
        if !shimmed.ran.stderr.contains("ERROR: shmsan: leaked-segment: 50 bytes") {
            shimmed.fail("nobody else is there who could remove it");
        }
    }
}

#[test]
fn a_child_of_vfork_detaches_for_its_parent_too() {
    let (bare, all) = undisturbed("hostile/vfork.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("still attached\ndetached by the child\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
        shimmed.expect_checks_on();
    }
}

#[test]
fn a_spawned_program_answers_for_its_own_segments_only() {
    let (bare, all) = undisturbed("hostile/spawn.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("the spawned program ended\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 1);
        shimmed.expect_checks_on();
    }
}

#[test]
fn every_way_to_end_keeps_its_status() {
    for (how, status) in [("now", 9), ("handler", 7), ("quick", 8)] {
        let (bare, all) =
            undisturbed("hostile/underscore_exit.c", &[], &TWO_WAYS, |program, way| Run::new(program, way).arg(how));
        assert_eq!((bare.stdout.as_str(), bare.status.code()), ("about to end\n", Some(status)));
        for shimmed in all {
            // exit() is what the library sees, and nothing else is.
            if how != "handler" {
                shimmed.expect_reports("leaked-segment", 0);
            }
            shimmed.expect_checks_on();
        }
    }
}

#[test]
fn a_signal_handler_may_detach() {
    let (bare, all) = undisturbed("hostile/detach_in_handler.c", &[], &TWO_WAYS, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("shmdt 0, again errno 22, IPC_RMID 0\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
        shimmed.expect_checks_on();
    }
}

#[test]
fn a_storm_of_signals_may_interrupt_the_library() {
    let (bare, all) = undisturbed("hostile/signal_storm.c", &[], &Way::SHIMMED, as_it_is);
    assert_eq!((bare.stdout.as_str(), bare.status.code()), ("the storm is over\n", Some(3)));
    for shimmed in all {
        shimmed.expect_reports("leaked-segment", 0);
        shimmed.expect_checks_on();
        let said =
            shimmed.ran.stderr.matches(": calls of a signal handler that interrupted another call were not").count();
        // A call that is printed takes long enough to be interrupted.
        if said > 1 || shimmed.is_traced() && said != 1 {
            shimmed.fail("what was overlooked is said once");
        }
    }
}
