//! Faults in and around segments: what is said of them, that the signal reaches whoever would have had it, and that the
//! program goes on where it would have gone on.

use crate::harness::{Ran, Run, Way, compile, compile_with, say};
use std::os::unix::process::ExitStatusExt;

pub const WAYS: [Way; 3] = [Way::Preloaded, Way::Linked, Way::LinkedStatic];

pub fn run(program: &str, arguments: &[&str], way: Way, options: &str) -> Ran {
    let run = arguments.iter().fold(Run::new(compile(program, way), way), Run::arg);
    run.options(options).go()
}

/// Runs it bare and in every way; what the user sees must be the same.
pub fn undisturbed(program: &str, arguments: &[&str], options: &str) -> Vec<(Way, Ran)> {
    let bare = run(program, arguments, Way::Bare, "");
    let shimmed = WAYS.map(|way| (way, run(program, arguments, way, options)));
    for (way, ran) in &shimmed {
        assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{way:?} {arguments:?}\n{}", ran.stderr);
    }
    shimmed.into()
}

pub fn summaries<'a>(ran: &'a Ran, rule: &str) -> Vec<&'a str> {
    let begin = format!("SUMMARY: shmsan: {rule} at ");
    ran.stderr.lines().filter_map(|line| line.strip_prefix(&begin)).collect()
}

#[test]
fn a_program_that_goes_on_after_each_fault_goes_on_and_each_place_is_told_once() {
    for (way, ran) in undisturbed("faults/recovers.c", &[], "") {
        assert_eq!(ran.status.code(), Some(3), "{way:?}");
        assert_eq!(summaries(&ran, "write-to-read-only").len(), 2, "{way:?}\n{}", ran.stderr);
        assert_eq!(summaries(&ran, "double-detach").len(), 1, "{way:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains("write-to-read-only happened 1000 times at "), "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn every_handler_gets_the_signal_as_it_came() {
    for how in ["info", "plain", "once", "ignored", "none"] {
        for (way, ran) in undisturbed("faults/handlers.c", &[how, "fault"], "") {
            // What is ignored is left to the kernel.
            let told = usize::from(how != "ignored");
            assert_eq!(summaries(&ran, "write-to-read-only").len(), told, "{way:?} {how}\n{}", ran.stderr);
        }
        for (way, ran) in undisturbed("faults/handlers.c", &[how, "sent"], "") {
            assert_eq!(ran.stderr, "", "{way:?} {how}: nobody has faulted");
        }
        for (way, ran) in undisturbed("faults/handlers.c", &[how, "fault"], "handle_segv=0") {
            assert_eq!(ran.stderr, "", "{way:?} {how}");
        }
    }
}

#[test]
fn wherever_it_faults_the_segment_and_the_place_are_named() {
    for place in ["thread", "child", "handler", "many", "reattached"] {
        for way in WAYS {
            let ran = run("faults/places.c", &[place], way, if way == Way::Linked { "guard=arena" } else { "" });
            let context = format!("{way:?} {place}: {:?}\n{}", ran.status, ran.stderr);
            if place == "child" {
                assert_eq!(
                    (ran.stdout.as_str(), ran.status.code()),
                    ("the child died by SIGSEGV\n", Some(3)),
                    "{context}"
                );
            } else {
                assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{context}");
            }
            let [summary] = &summaries(&ran, "overflow")[..] else { panic!("{context}") };
            assert!(summary.ends_with(" in overflow"), "{context}");
            let id = if place == "many" { 2001 } else { i32::from(place == "reattached") };
            assert!(ran.stderr.contains(&format!("past the end of segment {id}, which has 5000 bytes")), "{context}");
        }
    }
}

#[test]
fn a_fault_in_libc_names_who_called_it() {
    for way in [Way::Preloaded, Way::Linked] {
        let ran = run("faults/places.c", &["library"], way, "");
        let [summary] = &summaries(&ran, "overflow")[..] else { panic!("{}", ran.stderr) };
        assert!(summary.ends_with(" in main"), "{}", ran.stderr);
    }
}

#[test]
fn a_system_call_at_the_same_place_fails_with_efault_and_nothing_is_said() {
    // Bare, the kernel would perhaps write somewhere.
    for way in WAYS {
        let ran = run("faults/places.c", &["system_call"], way, "");
        assert_eq!((ran.stdout.as_str(), ran.status.code()), ("a system call fails with EFAULT\n", Some(3)));
        assert_eq!(ran.stderr, "", "{way:?}");
    }
}

#[test]
fn where_the_handlers_stack_is_used_up_the_program_dies_as_it_would() {
    for way in WAYS {
        let ran = run("faults/places.c", &["own_stack"], way, "");
        assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn attachments_that_the_program_changes_itself_are_its_own_affair() {
    for options in ["", "guard=0", "guard=arena"] {
        for (way, ran) in undisturbed("faults/behind.c", &[], options) {
            assert_eq!(ran.status.code(), Some(3), "{way:?} {options}");
            assert!(!ran.stderr.contains("overflow"), "{way:?}\n{}", ran.stderr);
        }
    }
}

#[test]
fn segments_of_every_size_are_guarded_on_both_sides_and_after_their_detach() {
    let small = [1, 100, 4095, 4096, 4097, 8192, 8193, 20_000, 32_768, 32_769, 65_536, 524_288, 524_289];
    let large = [(1 << 20) + 1, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 6 << 20, (6 << 20) + 1, 1 << 30];
    let sizes: Vec<_> = small.into_iter().chain(large).map(|size: u64| size.to_string()).collect();
    let sizes: Vec<_> = sizes.iter().map(String::as_str).collect();
    for way in [Way::Preloaded, Way::LinkedStatic] {
        for guard in ["1", "arena"] {
            let ran = run("faults/sizes.c", &sizes, way, &format!("handle_segv=0:guard={guard}"));
            let seen = (ran.stdout.as_str(), ran.status.code());
            assert_eq!(seen, ("all of them are guarded\n", Some(3)), "{guard}\n{}", ran.stderr);
        }
    }
}

#[test]
fn a_report_in_json_is_one_object_and_has_both_places() {
    let ran = run("bad/use-after-detach.c", &[], Way::Preloaded, "trace_format=json");
    assert_eq!(ran.status.signal(), Some(libc::SIGSEGV));
    let [line] = &ran.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", ran.stderr) };
    let finding: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&finding["event"], &finding["rule"]), (&"finding".into(), &"use-after-detach".into()));
    assert!(finding["earlier"]["site"]["line"].is_u64() && finding["before_that"]["site"]["line"].is_u64(), "{line}");
}

#[test]
fn a_suppression_holds_for_faults_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known");
    std::fs::write(&file, "write-to-read-only:on_purpose\nwrite-to-read-only:main\n").unwrap();
    let ran = run("faults/recovers.c", &[], Way::Preloaded, &format!("suppressions={}", file.display()));
    assert!(summaries(&ran, "write-to-read-only").is_empty(), "{}", ran.stderr);
    assert!(!ran.stderr.contains("write-to-read-only happened"), "{}", ran.stderr);
    assert_eq!(ran.status.code(), Some(3));
}

#[test]
fn a_rule_that_is_off_is_silent_and_the_fault_is_the_same() {
    for (way, ran) in undisturbed("bad/write-to-read-only.c", &[], "checks=-write-to-read-only") {
        assert_eq!(ran.stderr, "", "{way:?}");
    }
}

#[test]
fn what_stands_behind_the_end_is_told_with_who_can_have_written_it() {
    let told = |what: &str, way| {
        let ran = run("faults/slack.c", &[what], way, "");
        assert_eq!((ran.stdout.as_str(), ran.status.code()), ("", Some(3)), "{what} {way:?}\n{}", ran.stderr);
        ran
    };
    for way in WAYS {
        let before = told("before", way);
        assert_eq!(summaries(&before, "slack-overflow").len(), 1, "{way:?}\n{}", before.stderr);
        assert!(
            before.stderr.contains("WARNING: shmsan: slack-overflow: a byte was written behind"),
            "{}",
            before.stderr
        );
        assert!(before.stderr.contains("offset 5007"), "{}", before.stderr);
        let at_exit = told("exit", way);
        assert!(
            at_exit.stderr.contains("ERROR: shmsan: slack-overflow: bytes were written behind"),
            "{}",
            at_exit.stderr
        );
        assert!(at_exit.stderr.contains("6c 6f (\"lo\")"), "{}", at_exit.stderr);
        if way != Way::Preloaded {
            assert_eq!(summaries(&told("asked", way), "slack-overflow").len(), 1);
        }
        for silent in ["untouched", "forbidden"] {
            assert_eq!(told(silent, way).stderr, "", "{silent} {way:?}");
        }
    }
    let off = run("bad/slack-overflow.c", &[], Way::Preloaded, "slack_check=0");
    assert_eq!((off.status.code(), off.stderr.as_str()), (Some(0), ""));
}

#[test]
fn with_end_aligned_one_byte_too_far_faults_and_all_else_is_as_usual() {
    for way in WAYS {
        for guard in ["", ":guard=0"] {
            let options = format!("end_aligned=1{guard}");
            let good = run("faults/end_aligned.c", &["good"], way, &options);
            assert_eq!((good.stdout.as_str(), good.status.code()), ("", Some(3)), "{way:?}\n{}", good.stderr);
            assert_eq!(summaries(&good, "interior-detach").len(), 1, "{way:?}\n{}", good.stderr);
            assert_eq!(summaries(&good, "double-detach").len(), 1, "{way:?}\n{}", good.stderr);
        }
        // It writes inside the segment alone, and another process finds that behind the end of what it attached.
        let shared = run("faults/end_aligned.c", &["shared"], way, "end_aligned=1:slack_check=always:ledger=0");
        assert_eq!(shared.status.code(), Some(3), "{way:?}\n{}", shared.stderr);
        assert_eq!(summaries(&shared, "slack-overflow").len(), 0, "{way:?}\n{}", shared.stderr);
        // Where a ledger says how it was made, it finds that where it is.
        let known = run("faults/end_aligned.c", &["known"], way, "end_aligned=1:slack_check=always");
        assert_eq!(
            (known.status.code(), summaries(&known, "slack-overflow").len()),
            (Some(3), 0),
            "{way:?}\n{}",
            known.stderr
        );
        assert!(!known.stderr.contains("attached as usual"), "{way:?}\n{}", known.stderr);
        let one = run("faults/end_aligned.c", &["one"], way, "end_aligned=1");
        assert_eq!(one.status.signal(), Some(libc::SIGSEGV), "{way:?}\n{}", one.stderr);
        assert_eq!(summaries(&one, "overflow").len(), 1, "{way:?}\n{}", one.stderr);
        assert!(one.stderr.contains("9 bytes past the end; the offset is 1008"), "{way:?}\n{}", one.stderr);
        let key = run("faults/end_aligned.c", &["key"], way, "end_aligned=1:ledger=0");
        assert_eq!(key.status.code(), Some(3), "{way:?}\n{}", key.stderr);
        assert!(key.stderr.contains("end_aligned: segment 0 is attached as usual"), "{way:?}\n{}", key.stderr);
    }
}

#[test]
fn what_is_known_from_a_segment_alone_is_no_leak_of_the_heap() {
    let program = |way| compile_with("faults/root_region.c", way, &["-fsanitize=leak"]);
    let bare = Run::new(program(Way::Bare), Way::Bare).go();
    if !bare.stderr.contains("LeakSanitizer: detected memory leaks") {
        return say(&format!(
            "skipped: LeakSanitizer does not work here: {}",
            bare.stderr.lines().next().unwrap_or("?")
        ));
    }
    for way in [Way::Preloaded, Way::Linked] {
        let ran = Run::new(program(way), way).go();
        assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(0), ""), "{way:?}");
    }
}

#[test]
fn what_the_program_puts_at_an_address_of_its_own_stays_there() {
    for options in ["", "guard=0", "guard=arena"] {
        for (way, ran) in undisturbed("faults/own_address.c", &[], options) {
            assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(3), ""), "{way:?} {options}");
        }
    }
}

#[test]
fn where_there_can_be_no_guards_who_wants_to_know_is_told() {
    for way in [Way::Preloaded, Way::LinkedStatic] {
        let limited = |options: &str| {
            let script = r#"ulimit -v 4000000; LD_PRELOAD="$SHIM" exec "$PROGRAM""#;
            let run = Run::script(script, way).env("PROGRAM", compile("good/slack-overflow.c", way));
            run.options(options).go()
        };
        let silent = limited("");
        assert_eq!((silent.status.code(), silent.stderr.as_str()), (Some(0), ""), "{way:?}");
        let told = limited("verbosity=1");
        assert!(told.stderr.contains("no guards around segments: the address space is limited"), "{}", told.stderr);
    }
}

#[test]
fn a_handler_runs_on_the_stack_that_the_program_chose_for_it() {
    for (way, ran) in undisturbed("faults/handler_stack.c", &[], "") {
        assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(3), ""), "{way:?}");
    }
}

#[test]
fn a_jump_to_the_result_of_a_failed_shmat_is_told_and_takes_its_course() {
    for (way, ran) in undisturbed("faults/jump.c", &[], "") {
        assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{way:?}");
        assert_eq!(summaries(&ran, "unchecked-shmat").len(), 1, "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn what_the_program_maps_where_a_segment_was_is_never_attached_over() {
    for guard in ["1", "0", "arena"] {
        let options = format!("guard={guard}:checks=-address-in-use");
        for (way, ran) in undisturbed("faults/mapped_over.c", &[], &options) {
            assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(3), ""), "{way:?} {options}");
        }
    }
}

#[test]
fn pages_that_the_program_forbids_itself_beside_a_segment_are_no_mistake() {
    for options in ["", "guard=0"] {
        for (way, ran) in undisturbed("faults/own_pages.c", &[], options) {
            assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(3), ""), "{way:?} {options}");
        }
    }
}

#[test]
fn an_overflow_is_of_the_segment_that_is_there_and_not_of_a_larger_one_before_it() {
    for way in WAYS {
        let ran = run("faults/smaller.c", &[], way, "");
        assert_eq!(summaries(&ran, "overflow").len(), 1, "{way:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains("past the end of segment 1, which has 4096 bytes"), "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn while_a_fault_is_told_the_program_has_no_descriptor_that_it_did_not_open() {
    for (way, ran) in undisturbed("faults/descriptors.c", &[], "") {
        assert_eq!(ran.status.code(), Some(3), "{way:?}");
        assert_eq!(summaries(&ran, "write-to-read-only").len(), 1, "{way:?}\n{}", ran.stderr);
    }
}
