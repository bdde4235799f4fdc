//! `log_path` where it can be written: whose file it is, what stands in it, and that a program keeps its descriptors.

use super::{files, pid_of, plain};
use crate::harness::{Run, Way, compile};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

const TWO_WAYS: [Way; 2] = [Way::Preloaded, Way::FullyStatic];

#[test]
fn each_process_writes_a_file_of_its_own() {
    for way in Way::SHIMMED {
        let folder = tempfile::tempdir().unwrap();
        let ran = plain(way, &format!("log_path={}/log", folder.path().display()), folder.path());
        assert_eq!(ran.stderr, "", "{way:?}");
        let [(name, text)] = &files(folder.path())[..] else { panic!("{way:?}: not one file") };
        assert_eq!(*name, format!("log.{}", pid_of(text)), "{text}");
        assert!(text.contains("SUMMARY: shmsan: leaked-segment"), "{text}");
        assert_eq!(fs::metadata(folder.path().join(name)).unwrap().mode() & 0o7777, 0o600);
    }
}

#[test]
fn a_process_with_nothing_to_say_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let options = format!("log_path={}/log", folder.path().display());
    let ran = Run::new("/bin/true", Way::Preloaded).options(&options).go();
    assert!(ran.status.success() && ran.stderr.is_empty(), "{}", ran.stderr);
    assert_eq!(files(folder.path()), []);
}

#[test]
fn the_pid_stands_where_the_path_says() {
    let folder = tempfile::tempdir().unwrap();
    plain(Way::Linked, "log_path='a %p 100%%.txt'", folder.path());
    let [(name, text)] = &files(folder.path())[..] else { panic!("not one file") };
    assert_eq!(*name, format!("a {} 100%.txt", pid_of(text)));
}

#[test]
fn a_path_is_relative_to_the_first_folder_and_a_child_has_its_own_file() {
    for way in TWO_WAYS {
        let folder = tempfile::Builder::new().prefix("100%p").tempdir().unwrap();
        let program = compile("options/wanderer.c", way);
        let ran = Run::new(program, way).options("log_path=log").folder(folder.path()).go();
        assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(0), ""), "{way:?}");
        let wanted: BTreeSet<_> = ran.stdout.split_whitespace().map(|pid| format!("log.{pid}")).collect();
        let files = files(folder.path());
        assert_eq!(files.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), wanted, "{way:?}");
        for (name, text) in files {
            assert!(text.contains("ftok-failed"), "{way:?} {name} {text}");
            assert!(
                text.lines().filter(|line| line.starts_with("==")).all(|line| name.ends_with(pid_of(line))),
                "{text}"
            );
        }
    }
}

#[test]
fn every_line_is_whole_where_many_threads_of_many_processes_write_one_file() {
    const PROCESSES: usize = 6;
    const THREADS: usize = 4;
    const TIMES: usize = 200;
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let numbers = [PROCESSES, THREADS, TIMES].map(|number| number.to_string());
        let run = Run::new(compile("options/many_writers.c", way), way);
        let run = numbers.iter().fold(run, Run::arg).options("trace=1:log_path=log:log_pid=0").folder(folder.path());
        let ran = run.go();
        assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(0), ""), "{way:?} {}", ran.stdout);
        let [(name, text)] = &files(folder.path())[..] else { panic!("{way:?}: not one file") };
        assert_eq!(name, "log");
        let keys: BTreeSet<_> = text.lines().map(key_of_a_whole_line).collect();
        let first = 0x1000_0000;
        let count = PROCESSES * THREADS * TIMES;
        assert_eq!(keys, (first..first + count).collect(), "{way:?}");
        assert_eq!(text.lines().count(), count, "{way:?}");
        let threads: BTreeSet<_> = text.lines().map(pid_of).collect();
        assert_eq!(threads.len(), PROCESSES * THREADS, "{way:?}");
    }
}

/// The key in `[pid N] CLOCK shmget(0xKEY, 1, 000) = -1 ENOENT (…) <TIME> at PLACE`.
fn key_of_a_whole_line(line: &str) -> usize {
    let (before, after) = line.split_once(" shmget(0x").unwrap_or_else(|| panic!("{line}"));
    let (key, after) = after.split_once(", 1, 0").unwrap_or_else(|| panic!("{line}"));
    assert!(after.trim_start_matches('0').starts_with(") = -1 ENOENT (No such file or directory) <"), "{line}");
    assert!(before.starts_with("[pid ") && before.matches("[pid ").count() == 1, "{line}");
    assert!(after.matches(" at ").count() == 1 && !after.ends_with(" at "), "{line}");
    usize::from_str_radix(key, 16).unwrap_or_else(|_| panic!("{line}"))
}

#[test]
fn what_is_there_already_is_appended_to_and_keeps_its_rights() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    fs::write(&log, "before\n").unwrap();
    let mode = fs::metadata(&log).unwrap().mode();
    plain(Way::Linked, "log_path=log:log_pid=0", folder.path());
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.starts_with("before\n==") && text.contains("SUMMARY"), "{text}");
    assert_eq!(fs::metadata(&log).unwrap().mode(), mode);
}

#[test]
fn a_program_that_closes_all_descriptors_keeps_its_log() {
    for way in TWO_WAYS {
        for when in ["now", "late"] {
            let folder = tempfile::tempdir().unwrap();
            let run = Run::new(compile("hostile/close_all.c", way), way).arg(when);
            // It looks whether any descriptor is open that is not its own.
            let ran = run.options("trace=1:log_path=log").folder(folder.path()).go();
            assert_eq!(ran.status.code(), Some(7), "{way:?} {}", ran.stdout);
            let [(_, text)] = &files(folder.path())[..] else { panic!("{way:?}: not one file") };
            assert!(text.contains("SUMMARY: shmsan: leaked-segment") && text.contains("[pid "), "{text}");
        }
    }
}

#[test]
fn a_child_of_a_threaded_program_inherits_no_descriptor_of_ours() {
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::new(compile("options/fork_beside_writers.c", way), way);
        let ran = run.options("trace=1:log_path=log").folder(folder.path()).go();
        assert_eq!((ran.stdout.as_str(), ran.status.code()), ("0 strange descriptors\n", Some(3)), "{way:?}");
    }
}

#[test]
fn a_handler_that_leaves_a_call_leaves_no_descriptor_of_ours() {
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::new(compile("options/jump_out.c", way), way);
        let ran = run.options("trace=1:log_path=log:log_pid=0").folder(folder.path()).go();
        assert_eq!((ran.stdout.as_str(), ran.status.code()), ("0 strange descriptors\n", Some(3)), "{way:?}");
    }
}

#[test]
fn a_link_that_somebody_put_in_the_place_of_the_log_is_not_followed() {
    // A shell knows its pid before the program that takes its place does.
    const SCRIPT: &str = r#"ln -s victim "log.$$"; exec "$PROGRAM""#;
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    fs::write(&victim, "").unwrap();
    let run = Run::script(SCRIPT, Way::Linked).env("PROGRAM", compile("hostile/plain.c", Way::Linked));
    let ran = run.options("log_path=log").folder(folder.path()).go();
    super::expect_plain(&ran);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "");
    assert!(ran.stderr.contains("ELOOP") && ran.stderr.contains("SUMMARY"), "{}", ran.stderr);
    // One that the user names is his own.
    symlink("victim", folder.path().join("mine")).unwrap();
    plain(Way::Linked, "log_path=mine:log_pid=0", folder.path());
    assert!(fs::read_to_string(&victim).unwrap().contains("SUMMARY"));
}

#[test]
fn a_fifo_that_is_read_gets_what_a_file_would() {
    const SCRIPT: &str = r#"
        mkfifo fifo
        cat fifo >&2 & reader=$!
        # Held open until the end, so that the reader does not leave between two lines.
        exec 9>fifo
        status=0
        LD_PRELOAD="$SHIM" SHMSAN_OPTIONS="$WANTED" "$PROGRAM" 9>&- || status=$?
        exec 9>&-
        wait "$reader"
        exit $status
    "#;
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::script(SCRIPT, way).env("PROGRAM", compile("hostile/plain.c", way)).folder(folder.path());
        let ran = run.env("WANTED", "trace=1:log_path=fifo").go();
        super::expect_plain(&ran);
        assert!(ran.stderr.starts_with("[pid ") && ran.stderr.contains("SUMMARY"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("log_path"), "{}", ran.stderr);
    }
}
