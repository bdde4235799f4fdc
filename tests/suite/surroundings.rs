//! Guards in surroundings that leave little room for them, and faults where they are hard to tell: the program sees what it
//! would have seen.

use crate::harness::{Ran, Run, Way, compile, compile_with, say};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;

const WAYS: [Way; 3] = [Way::Preloaded, Way::Linked, Way::LinkedStatic];
const GUARDS: [&str; 3] = ["guard=1", "guard=0", "guard=arena"];

fn run(program: &str, arguments: &[&str], way: Way, options: &str) -> Ran {
    let run = arguments.iter().fold(Run::new(compile(program, way), way), Run::arg);
    run.options(options).go()
}

/// Runs it bare, and in every way with each of these options; what the user sees must be the same. Nothing where the scenario
/// says that it cannot be made here.
fn undisturbed(program: &str, arguments: &[&str], options: &[&str]) -> Vec<Ran> {
    let bare = run(program, arguments, Way::Bare, "");
    if bare.status.code() == Some(77) {
        say(bare.stdout.trim_end());
        return Vec::new();
    }
    assert_eq!(bare.status.code(), Some(3), "{program} {arguments:?}\n{}", bare.stderr);
    let mut all = Vec::new();
    for way in WAYS {
        for options in options {
            let ran = run(program, arguments, way, options);
            let context = format!("{program} {arguments:?} {way:?} {options}\n{}", ran.stderr);
            assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{context}");
            all.push(ran);
        }
    }
    all
}

#[test]
fn where_all_is_locked_in_memory_nothing_is_taken_from_the_program() {
    for when in ["early", "late"] {
        for how in ["all", "onfault"] {
            undisturbed("faults/locked.c", &[when, how], &GUARDS);
            let told = run("faults/locked.c", &[when, how], Way::Preloaded, "verbosity=1");
            if told.status.code() == Some(3) {
                let lines = told.stderr.matches("no guards around segments: all that is mapped is locked in memory");
                assert_eq!(lines.count(), 1, "{}", told.stderr);
            }
        }
    }
}

#[test]
fn a_process_with_nearly_all_its_mappings_has_the_rest_for_itself() {
    for when in ["early", "late"] {
        undisturbed("faults/maps_used_up.c", &[when], &["guard=1", "guard=0"]);
    }
}

#[test]
fn a_place_that_is_refused_is_never_the_end_of_a_segment() {
    for ran in undisturbed("faults/rmid_forced.c", &[], &GUARDS) {
        assert!(!ran.stderr.contains("ERROR"), "{}", ran.stderr);
    }
}

#[test]
fn where_the_first_refusal_was_the_end_of_the_segment_the_program_hears_of_that_one() {
    undisturbed("faults/rmid_forced_late.c", &[], &GUARDS);
}

#[test]
fn whoever_attaches_first_what_stands_beside_it_gives_way() {
    undisturbed("faults/first_together.c", &[], &GUARDS);
}

#[test]
fn addresses_that_are_the_same_in_each_run_stay_so() {
    let place = |arguments: &[&str], way, options| {
        let ran = run("faults/place.c", arguments, way, options);
        assert_eq!(ran.status.code(), Some(3), "{}", ran.stderr);
        ran.stdout
    };
    for way in WAYS {
        for options in ["guard=1", "guard=arena"] {
            assert_eq!(place(&["fixed"], way, options), place(&["fixed"], way, options), "{way:?} {options}");
            assert_ne!(place(&[], way, options), place(&[], way, options), "{way:?} {options}");
        }
    }
    // Whatever the surroundings map before.
    let (one, another) = (place(&["fixed"], Way::Preloaded, ""), place(&["fixed"], Way::LinkedStatic, ""));
    assert_eq!(one, another);
}

#[test]
fn where_the_kernel_maps_from_below_there_are_no_guards_and_nothing_else_is_different() {
    for way in [Way::Preloaded, Way::LinkedStatic] {
        let script = r#"ulimit -s unlimited; export LD_PRELOAD="$SHIM"; exec "$PROGRAM""#;
        let run = Run::script(script, way).env("PROGRAM", compile("faults/place.c", way));
        let ran = run.options("verbosity=1").go();
        assert_eq!(ran.status.code(), Some(3), "{way:?}\n{}", ran.stderr);
        let told = "no guards around segments: the address space is laid out in an unusual way";
        assert!(ran.stderr.contains(told), "{way:?}\n{}", ran.stderr);
    }
}

#[test]
fn under_thread_sanitizer_there_are_no_guards_and_nothing_else_is_different() {
    let program = compile_with("faults/own_address.c", Way::Bare, &["-fsanitize=thread"]);
    let bare = Run::new(&program, Way::Bare).go();
    if bare.status.code() != Some(3) {
        return say(&format!(
            "skipped: ThreadSanitizer does not work here: {}",
            bare.stderr.lines().next().unwrap_or("?")
        ));
    }
    for options in GUARDS {
        let ran = Run::new(&program, Way::Preloaded).options(options).go();
        assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(3), ""), "{options}");
    }
    let told = Run::new(&program, Way::Preloaded).options("verbosity=1").go();
    assert!(told.stderr.contains("no guards around segments: ThreadSanitizer"), "{}", told.stderr);
}

#[test]
fn threads_that_fault_at_the_same_time_go_on_while_another_one_forks() {
    for way in WAYS {
        for options in ["guard=1", "guard=arena"] {
            let ran = run("faults/together.c", &[], way, options);
            let context = format!("{way:?} {options}\n{}", ran.stderr);
            assert_eq!((ran.stdout.as_str(), ran.status.code()), ("200 faults were handled\n", Some(3)), "{context}");
            assert!(ran.stderr.contains("SUMMARY: shmsan: overflow at "), "{context}");
            let ran = run("faults/together.c", &["die"], way, options);
            assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{way:?} {options}\n{}", ran.stderr);
        }
    }
}

#[test]
fn on_the_smallest_stacks_attaches_detaches_and_faults_are_as_elsewhere() {
    for ran in undisturbed("faults/little_stack.c", &[], &GUARDS) {
        assert_eq!(ran.stderr.matches("SUMMARY: shmsan: use-after-detach at ").count(), 1, "{}", ran.stderr);
    }
}

#[test]
fn a_core_dump_is_made_as_it_would_have_been() {
    let folder = tempfile::tempdir().unwrap();
    let dumped = |program: &str, options: &str| {
        let script = r#"ulimit -c unlimited 2>/dev/null || exit 77; export LD_PRELOAD="$SHIM"; exec "$PROGRAM""#;
        let run = Run::script(script, Way::Preloaded).env("PROGRAM", compile(program, Way::Preloaded));
        let ran = run.folder(folder.path()).options(options).go();
        let cores = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        let sizes: Vec<_> =
            cores.map(|core| (core.metadata().unwrap().len(), std::fs::remove_file(core.path()))).collect();
        (ran, sizes.into_iter().map(|(size, _)| size).collect::<Vec<_>>())
    };
    let (without, cores) = dumped("bad/overflow.c", "handle_segv=0");
    if !without.status.core_dumped() {
        return say("skipped: no core dumps are made here, without shmsan either");
    }
    for options in ["", "guard=arena", "symbolize=0"] {
        let (ran, with) = dumped("bad/overflow.c", options);
        assert_eq!(ran.status.signal(), Some(libc::SIGSEGV), "{options}");
        assert!(ran.status.core_dumped(), "{options}\n{}", ran.stderr);
        assert!(ran.stderr.contains("SUMMARY: shmsan: overflow at "), "{options}\n{}", ran.stderr);
        // Where cores are files in this folder: the program's, and none of whoever has written the report.
        assert_eq!(with.len(), cores.len(), "{options} {with:?}");
        assert!(with.iter().all(|size| *size > 0), "{options}");
    }
}

/// Which rules were broken, and at how many places.
fn rules(ran: &Ran) -> BTreeMap<&str, usize> {
    let names = ran.stderr.lines().filter_map(|line| line.strip_prefix("SUMMARY: shmsan: ")?.split_once(" at "));
    names.fold(BTreeMap::new(), |mut counts, (rule, _)| {
        *counts.entry(rule).or_default() += 1;
        counts
    })
}

#[test]
fn what_is_told_does_not_depend_on_how_the_program_was_optimised() {
    let scenarios: [(&str, &[&[&str]]); 22] = [
        ("bad/overflow.c", &[&[]]),
        ("bad/underflow.c", &[&[]]),
        ("bad/use-after-detach.c", &[&[]]),
        ("bad/write-to-read-only.c", &[&[]]),
        ("bad/unchecked-shmat.c", &[&[]]),
        ("bad/execute-segment.c", &[&[]]),
        ("bad/slack-overflow.c", &[&[]]),
        ("faults/behind.c", &[&[]]),
        ("faults/descriptors.c", &[&[]]),
        ("faults/handler_stack.c", &[&[]]),
        ("faults/handlers.c", &[&["info", "fault"], &["plain", "fault"], &["once", "fault"], &["none", "sent"]]),
        ("faults/jump.c", &[&[]]),
        ("faults/kept.c", &[&["large"], &["refused"], &["named"], &["over"]]),
        ("faults/little_stack.c", &[&[]]),
        ("faults/mapped_over.c", &[&[]]),
        ("faults/own_address.c", &[&[]]),
        ("faults/own_pages.c", &[&[]]),
        ("faults/places.c", &[&["thread"], &["child"], &["handler"], &["many"], &["reattached"], &["system_call"]]),
        ("faults/recovers.c", &[&[]]),
        ("faults/sizes.c", &[&["1", "4097", "2097153"]]),
        ("faults/slack.c", &[&["before"], &["exit"], &["untouched"], &["forbidden"]]),
        ("faults/smaller.c", &[&[]]),
    ];
    for (program, all) in scenarios {
        for arguments in all {
            for options in ["", "guard=arena"] {
                let at = |level: &str| {
                    let program = compile_with(program, Way::Preloaded, &[level]);
                    arguments.iter().fold(Run::new(program, Way::Preloaded), Run::arg).options(options).go()
                };
                let (plain, optimised) = (at("-O0"), at("-O2"));
                let context = format!("{program} {arguments:?} {options}\n{}\n{}", plain.stderr, optimised.stderr);
                assert_eq!(plain.seen_by_the_user(), optimised.seen_by_the_user(), "{context}");
                assert_eq!(rules(&plain), rules(&optimised), "{context}");
            }
        }
    }
}
