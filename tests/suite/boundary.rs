//! Fail open: whatever breaks inside the shim, the program gets its plain kernel calls and one line says so.

use super::harness::{Run, Way, compile, is_release, say};

const PROGRAM: &str = "hostile/plain.c";

#[test]
fn a_panic_in_the_checks_costs_the_checks_and_not_the_program() {
    if is_release() {
        say("skipped: a_panic_in_the_checks…: only a debug build of the library can be told to panic");
        return;
    }
    let bare = Run::new(compile(PROGRAM, Way::Bare), Way::Bare).go();
    for way in Way::SHIMMED {
        let ran = Run::new(compile(PROGRAM, way), way).options("panic_on_purpose=1:trace=1").go();
        assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{way:?}\n{}", ran.stderr);
        let words: Vec<_> = ran.stderr.lines().filter(|line| line.contains("shmsan: ")).collect();
        let [line] = words[..] else { panic!("{way:?}: not one line, but\n{}", ran.stderr) };
        assert!(line.contains("internal error at src/shim/note.rs:"), "{line}");
        assert!(line.ends_with(": on purpose; checks are off, the program goes on"), "{line}");
        // Off is off: the first call was traced before its check broke, no other was.
        assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("[pid ")).count(), 1, "{}", ran.stderr);
    }
}
