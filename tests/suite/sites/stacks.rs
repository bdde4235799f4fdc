//! `context_size`: deeper stacks, wherever the call is made.

use super::{Workshop, at, first_stack};

fn workshop() -> Workshop {
    let workshop = Workshop::with(&["deep.c", "ring.cpp"]);
    workshop.tool("gcc", &["-g", "-pthread", "src/deep.c", "-ldl", "-o", "deep"]);
    workshop
}

/// Inside `leaf`, below so many calls of `descend`, and below `caller`.
fn descents(count: usize, caller: Option<(&str, &str)>) -> Vec<String> {
    let leaf = at("leaf", "deep.c", "= shmget(");
    let descend = vec![at("descend", "deep.c", "depth > 0 ?"); count];
    [vec![leaf], descend, caller.map(|(name, text)| at(name, "deep.c", text)).into_iter().collect()].concat()
}

/// All stacks of a report, in its order.
fn stacks(stderr: &str) -> Vec<Vec<String>> {
    stderr.split("==ERROR: ").skip(1).map(first_stack).collect()
}

#[test]
fn as_many_frames_are_shown_as_were_asked_for() {
    let workshop = workshop();
    assert_eq!(workshop.stack("deep", ""), descents(0, None));
    assert_eq!(workshop.stack("deep", "context_size=4"), descents(3, None));
    let whole = descents(5, Some(("main", "descend(4, 5)")));
    assert_eq!(workshop.stack("deep", "context_size=32"), whole, "no further than main");
    let without = workshop.run("deep").options("context_size=32:symbolize=0").go().stderr;
    assert!(first_stack(&without).len() >= 7, "{without}");
}

#[test]
fn threads_have_stacks_of_their_own() {
    let workshop = workshop();
    let ran = workshop.run("deep").arg("threads").options("context_size=8").go();
    let expected = descents(3, Some(("work_in_thread", "descend(2,")));
    let stacks = stacks(&ran.stderr);
    // What is below depends on what is known of libc.
    let all = stacks.iter().all(|stack| stack.len() >= expected.len() && stack[..expected.len()] == expected);
    assert!(!stacks.is_empty() && all, "{}", ran.stderr);
}

#[test]
fn a_stack_goes_on_behind_a_signal_handler() {
    let workshop = workshop();
    let ran = workshop.run("deep").arg("handler").options("context_size=16").go();
    let stack = first_stack(&ran.stderr);
    let expected = descents(2, Some(("handle", "descend(1, 3)")));
    assert!(stack.len() > 4 && stack[..4] == expected[..], "{}", ran.stderr);
    assert_eq!(*stack.last().unwrap(), at("main", "deep.c", "raise(SIGUSR1)"), "{}", ran.stderr);
}

#[test]
fn children_are_not_held_up_by_a_thread_in_dlopen() {
    let workshop = workshop();
    workshop.tool("g++", &["-shared", "-fPIC", "src/ring.cpp", "-o", "ring.so"]);
    let ran = workshop.run("deep").arg("children").arg("./ring.so").options("trace=1:context_size=8").go();
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("done\n", Some(0)), "{}", ran.stderr);
    let place = descents(0, None)[0].replace("leaf", "");
    let traced = ran.stderr.lines().filter(|line| line.contains("shmget(") && line.ends_with(&place)).count();
    assert_eq!(traced, 50, "{}", ran.stderr);
}
