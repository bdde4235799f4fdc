//! What the findings come to: the exit status, the end of a program with its first error, the bound on reports, and
//! what is suppressed.

use crate::harness::{Ran, Run, Way, compile, compile_with, say, scratch};
use std::fs;
use std::os::unix::process::ExitStatusExt;

const MISTAKES: &str = "verdict/mistakes.c";
const WAYS: [Way; 3] = [Way::Preloaded, Way::Linked, Way::LinkedStatic];

fn mistakes(way: Way, times: &str, options: &str) -> Ran {
    Run::new(compile(MISTAKES, way), way).arg(times).options(options).go()
}

fn reports(ran: &Ran) -> usize {
    ran.stderr.lines().filter(|line| line.contains("ERROR: shmsan: size-mismatch: ")).count()
}

#[test]
fn a_program_keeps_its_status_unless_told_otherwise() {
    for way in WAYS {
        let ran = mistakes(way, "2", "");
        assert_eq!((ran.status.code(), reports(&ran)), (Some(3), 2), "{}", ran.stderr);
        assert!(ran.stderr.contains("size-mismatch happened 2 times at "), "{}", ran.stderr);
        let last = "\nSUMMARY: shmsan: 3 in all: size-mismatch 3 times at 2 places\n";
        assert!(ran.stderr.ends_with(last), "{}", ran.stderr);
        assert!(!mistakes(way, "1", "").stderr.contains(" in all"), "each report has told all");
        let ran = mistakes(way, "2", "exitcode=23");
        assert_eq!(
            (ran.status.code(), ran.stdout.as_str()),
            (Some(23), "not flushed before the end"),
            "{}",
            ran.stderr
        );
        let clean = Run::new(compile(MISTAKES, way), way).options("exitcode=23").go();
        assert_eq!((clean.status.code(), clean.stderr.as_str()), (Some(3), ""));
    }
}

#[test]
fn a_warning_fails_only_where_it_is_asked_to() {
    for way in WAYS {
        let status = |options| {
            let program = compile_with("documents/message_writer.c", way, &["-DMODE=0666"]);
            Run::new(program, way).options(options).go().status.code()
        };
        assert_eq!(status("exitcode=23"), Some(0));
        assert_eq!(status("exitcode=23:fail_on=warning"), Some(23));
    }
}

#[test]
fn the_first_error_may_end_the_program() {
    for way in WAYS {
        let halted = mistakes(way, "2", "halt_on_error=1");
        assert_eq!((halted.status.code(), reports(&halted)), (Some(1), 1), "{}", halted.stderr);
        assert_eq!(mistakes(way, "2", "halt_on_error=1:exitcode=42").status.code(), Some(42));
        let aborted = mistakes(way, "2", "abort_on_error=1");
        assert_eq!((aborted.status.signal(), reports(&aborted)), (Some(libc::SIGABRT), 1), "{}", aborted.stderr);
    }
}

#[test]
fn after_max_reports_there_is_one_line_and_a_sum() {
    for way in WAYS {
        let ran = mistakes(way, "1", "max_reports=1");
        assert_eq!(reports(&ran), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("==shmsan: no more reports after 1 (max_reports); "), "{}", ran.stderr);
        let last = "==shmsan: 2 errors and 0 warnings in all\n\
                    SUMMARY: shmsan: 2 in all: size-mismatch 2 times at 2 places\n";
        assert!(ran.stderr.ends_with(last), "{}", ran.stderr);
        assert_eq!(reports(&mistakes(way, "1", "max_reports=0")), 2);
    }
}

#[test]
fn a_thread_that_waits_for_input_does_not_keep_the_end_waiting() {
    for way in WAYS {
        let program = compile_with("verdict/blocked_reader.c", way, &["-pthread"]);
        let ran = Run::new(program, way).options("exitcode=23").go();
        assert_eq!(ran.status.code(), Some(23), "{}", ran.stderr);
        assert!(ran.stdout.contains("left behind\n"), "{}", ran.stdout);
    }
}

#[test]
fn what_is_suppressed_is_not_said_and_its_suppression_is() {
    let folder = scratch("verdict");
    for way in WAYS {
        // Without debug information a preloaded program has its module alone.
        let mut lines = vec!["size-mismatch:mistakes", "*:mistakes", "key:0x73680011", "exe:mistakes"];
        if way != Way::Preloaded {
            lines.extend(["size-mismatch:^ask_too_much_*$", "size-mismatch:verdict/mistakes.c"]);
        }
        for (number, line) in lines.iter().enumerate() {
            let file = folder.join(format!("{way:?}-{number}.supp"));
            fs::write(&file, format!("# known\nleaked-segment:nowhere\n{line}\n")).unwrap();
            let options = format!("exitcode=23:suppressions={}", file.display());
            let ran = mistakes(way, "5", &options);
            assert_eq!((ran.status.code(), reports(&ran)), (Some(3), 0), "{line}\n{}", ran.stderr);
            let table = format!("==shmsan: suppressions used:\n  {:7} {line}\n", 6);
            assert!(ran.stderr.ends_with(&table), "{line}\n{}", ran.stderr);
            let quiet = mistakes(way, "5", &format!("{options}:print_suppressions=0"));
            assert_eq!(quiet.stderr, "", "{line}");
        }
    }
}

#[test]
fn wrong_suppressions_are_said_and_the_others_used() {
    let file = scratch("verdict").join("wrong.supp");
    fs::write(&file, "size-mismathc:x\nkey:0x73680011\n").unwrap();
    let ran = mistakes(Way::Preloaded, "1", &format!("suppressions='{}'", file.display()));
    let complaint = format!(
        "shmsan: suppressions: {}: line 1: there is no rule \"size-mismathc\"; did you mean \"size-mismatch\"?\n",
        file.display()
    );
    assert!(ran.stderr.starts_with(&complaint) && reports(&ran) == 0, "{}", ran.stderr);
    let ran = mistakes(Way::Preloaded, "1", "suppressions=/no/such/file");
    let complaint = "shmsan: suppressions: /no/such/file: ENOENT (No such file or directory)\n";
    assert!(ran.stderr.starts_with(complaint) && reports(&ran) == 2, "{}", ran.stderr);
}

#[test]
fn a_program_may_bring_its_own_suppressions() {
    for way in WAYS {
        let flags: &[&str] = if way == Way::Preloaded { &["-rdynamic"] } else { &[] };
        let ran = Run::new(compile_with("verdict/own_suppressions.c", way, flags), way).go();
        assert!(ran.stderr.contains("suppressions used:\n") && !ran.stderr.contains("SUMMARY"), "{}", ran.stderr);
    }
}

#[test]
fn the_tools_that_make_and_remove_segments_for_others_are_left_alone() {
    let folder = scratch("tools");
    let cases = [
        ("ipcmk", "documents/message_writer.c", "leaked-segment"),
        ("ipcrm", "bad/invalid-shmid.c", "invalid-shmid"),
        ("ipcrm", "bad/stale-shmid.c", "stale-shmid"),
        ("ipcrm", "bad/removed-twice.c", "removed-twice"),
    ];
    for (tool, source, rule) in cases {
        let program = compile_with(source, Way::Preloaded, &["-DMODE=0666"]);
        let told = |name: &str| {
            let copy = folder.join(name);
            fs::copy(&program, &copy).unwrap();
            Run::new(copy, Way::Preloaded).go().stderr
        };
        assert_eq!(told(tool), "", "{source}");
        // Another program's mistake of the same kind is told.
        assert!(told("my-ipcmk-ipcrm").contains(&format!("shmsan: {rule}: ")), "{source}");
    }
}

#[test]
fn thousands_of_failures_cost_a_look_into_a_table_each() {
    let folder = scratch("verdict");
    let nanoseconds = |way| {
        let file = folder.join(format!("{way:?}-nanoseconds"));
        let ran = Run::new(compile("verdict/many_failures.c", way), way).arg(&file).go();
        assert_eq!(ran.seen_by_the_user(), (String::new(), Some(0), None), "{}", ran.stderr);
        (fs::read_to_string(file).unwrap().trim().parse::<u64>().unwrap(), ran.stderr)
    };
    let (bare, _) = nanoseconds(Way::Bare);
    for way in WAYS {
        let (shimmed, stderr) = nanoseconds(way);
        say(&format!("a failing call takes {bare} ns, and {shimmed} ns {way:?}"));
        assert_eq!(
            stderr.lines().filter(|line| line.contains("ERROR") || line.contains("WARNING")).count(),
            4,
            "{stderr}"
        );
        let last = "SUMMARY: shmsan: 8500 in all: segment-removed 1000 times at 2 places, not-an-attachment 7000 times, \
                    ftok-failed 500 times\n";
        assert!(stderr.ends_with(last), "{stderr}");
        // A report takes milliseconds, and so would a rule that is asked each time.
        assert!(shimmed < bare + 20_000, "{shimmed} ns, {bare} ns without");
    }
}
