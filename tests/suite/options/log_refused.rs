//! `log_path` where it cannot be written: one line says so, nothing is lost, and the program does not notice.

use super::{expect_plain, files, plain};
use crate::harness::{Ran, Run, Way, compile, is_root, library_folder, say};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

const TWO_WAYS: [Way; 2] = [Way::Preloaded, Way::LinkedStatic];

/// That the reports are on standard error, behind one line that says why.
fn expect_on_stderr(ran: &Ran, why: &str) {
    expect_refusal_said(ran, why);
    assert!(ran.stderr.contains("SUMMARY: shmsan: leaked-segment"), "{}", ran.stderr);
}

fn expect_refusal_said(ran: &Ran, why: &str) {
    let said: Vec<_> = ran.stderr.lines().filter(|line| line.contains("shmsan: log_path: ")).collect();
    let [said] = said[..] else { panic!("not one line about the log, but\n{}", ran.stderr) };
    assert!(said.contains(&format!(": {why} (")), "{said}");
    assert!(said.ends_with("; what it does not take goes to standard error"), "{said}");
    assert!(!ran.stderr.contains("could not be written"), "{}", ran.stderr);
}

#[test]
fn a_path_that_cannot_be_opened_is_one_line_and_the_reports_go_to_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let long = format!("log_path={}", "x".repeat(5000));
    let cases = [
        ("log_path=no/such/folder", "ENOENT"),
        ("log_path=file/log", "ENOTDIR"),
        ("log_path=folder:log_pid=0", "EISDIR"),
        (long.as_str(), "ENAMETOOLONG"),
    ];
    for way in Way::SHIMMED {
        for (options, why) in cases {
            let ran = plain(way, &format!("{options}:trace=1"), folder.path());
            expect_on_stderr(&ran, why);
            assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("[pid ")).count(), 12, "{}", ran.stderr);
        }
    }
    assert_eq!(files_below(&folder), ["file", "folder"]);
}

fn files_below(folder: &tempfile::TempDir) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_without_rights_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let open = crate::nobody::OpenFolder::new();
    let script = r#"exec ${AS:+"$AS"} "$PROGRAM""#;
    let run = open.script(script, Way::LinkedStatic, &[("PROGRAM", compile("hostile/plain.c", Way::LinkedStatic))]);
    let ran = run.options(&format!("log_path={}/log", folder.path().display())).go();
    expect_plain(&ran);
    expect_on_stderr(&ran, "EACCES");
}

#[test]
fn a_fifo_without_a_reader_is_one_line_and_nobody_waits() {
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"mkfifo fifo; LD_PRELOAD="$SHIM" exec "$PROGRAM""#;
        let run = Run::script(script, way).env("PROGRAM", compile("hostile/plain.c", way)).folder(folder.path());
        let ran = run.options("log_path=fifo").go();
        expect_plain(&ran);
        expect_on_stderr(&ran, "ENXIO");
    }
}

#[test]
fn no_file_takes_the_place_of_a_fifo_that_is_gone() {
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        // The program removes it in the middle of its work.
        let script = r#"mkfifo fifo; LD_PRELOAD="$SHIM" exec "$PROGRAM" fifo 1"#;
        let run = Run::script(script, way).env("PROGRAM", compile("options/full_disk.c", way)).folder(folder.path());
        let ran = run.options("trace=1:log_path=fifo").go();
        assert_eq!(ran.status.code(), Some(3), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("[pid ")).count(), 2 * 11, "{}", ran.stderr);
        assert_eq!(files(folder.path()), [], "{way:?}");
    }
}

#[test]
fn a_fifo_that_nobody_reads_is_full_after_a_while_and_nobody_waits() {
    // The shell keeps it open for reading and does not read.
    const SCRIPT: &str = r#"
        mkfifo fifo
        exec 9<>fifo
        status=0
        LD_PRELOAD="$SHIM" SHMSAN_OPTIONS=trace=1:verbosity=1:log_path=fifo "$PROGRAM" 100 9<&- || status=$?
        exit $status
    "#;
    let begun = Instant::now();
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::script(SCRIPT, way).env("PROGRAM", compile("hostile/plain.c", way)).folder(folder.path());
        let ran = run.go();
        assert_eq!((ran.stdout.as_str(), ran.status.code()), ("worked 100 times\n", Some(3)), "{}", ran.stderr);
        // What is lost is counted, for who comes to read; nothing of it is for standard error.
        assert_eq!(ran.stderr, "", "{way:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
}

#[test]
fn a_full_device_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for way in TWO_WAYS {
        expect_on_stderr(&plain(way, "log_path=/dev/full", folder.path()), "ENOSPC");
    }
    // And one that takes all is as good as silence.
    assert_eq!(plain(Way::Linked, "log_path=/dev/null", folder.path()).stderr, "");
}

#[test]
fn a_disk_that_fills_up_loses_nothing() {
    const TEST: &str = "a_disk_that_fills_up_loses_nothing";
    // Of eight pages the ballast takes four; a trace of 40 rounds needs many more than are left.
    const SCRIPT: &str = r#"
        mount -t tmpfs -o size=32k none disk 2>&1 || { echo unmountable; exit 0; }
        cd disk
        head -c 16384 /dev/zero > ballast
        status=0
        LD_PRELOAD="$SHIM" SHMSAN_OPTIONS=trace=1:log_path=log:log_pid=0 "$PROGRAM" ballast 40 || status=$?
        cat log
        exit $status
    "#;
    if !is_root() {
        say(&format!("skipped: {TEST}: only root can mount a small disk"));
        return;
    }
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("disk")).unwrap();
        let shim = if way == Way::Preloaded { library_folder().join("libshmsan.so") } else { "".into() };
        let run = Run::new("unshare", Way::Bare).arg("-m").arg("/bin/sh").arg("-euc").arg(SCRIPT).env("SHIM", shim);
        let ran = run.env("PROGRAM", compile("options/full_disk.c", way)).folder(folder.path()).go();
        if ran.stdout.ends_with("unmountable\n") || ran.stderr.starts_with("unshare:") {
            say(&format!("skipped: {TEST}: no disk can be mounted here"));
            return;
        }
        assert_eq!(ran.status.code(), Some(3), "{}", ran.stderr);
        expect_refusal_said(&ran, "ENOSPC");
        // What was torn stands on standard error as a whole, and what came after it began a new line.
        let begins = |line: &&str| line.starts_with("[pid ") || (!line.is_empty() && "[pid ".starts_with(line));
        let in_file: Vec<_> = ran.stdout.lines().filter(begins).collect();
        assert!(in_file.iter().all(|line| line.matches("[pid ").count() <= 1), "{way:?}\n{}", ran.stdout);
        // How many lines fill the pages depends on the length of this folder's name.
        assert!(ran.stdout.len() > 3 * 4096 && ran.stdout.ends_with('\n'), "{way:?}\n{}", ran.stdout);
        // 41 rounds of 11 calls, and the torn line, unless the disk was full at the end of one.
        let more = in_file.len() + ran.stderr.lines().filter(begins).count() - 41 * 11;
        assert!(more <= 1, "{way:?}: {more}");
    }
}

#[test]
fn a_file_that_may_not_grow_is_one_line_and_no_signal() {
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let run = Run::new(compile("hostile/unwanted_signals.c", way), way).arg("limit");
        let ran = run.options(&format!("trace=1:log_pid=0:log_path={}", log.display())).go();
        let bare = Run::new(compile("hostile/unwanted_signals.c", Way::Bare), Way::Bare).arg("limit").go();
        assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user(), "{way:?}");
        // Even the line that says so does not fit into the file that standard error is here.
        assert_eq!(fs::read_to_string(&log).unwrap(), "", "{way:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let script = r#"{ ulimit -f 2; LD_PRELOAD="$SHIM" "$PROGRAM" 2>&1 >&3; } 3>&1 | cat >&2"#;
    let run = Run::script(script, Way::Preloaded).env("PROGRAM", compile("hostile/plain.c", Way::Preloaded));
    let ran = run.options("trace=1:log_path=log:log_pid=0").folder(folder.path()).go();
    expect_on_stderr(&ran, "EFBIG");
    let [(_, text)] = &files(folder.path())[..] else { panic!("not one file") };
    assert!(text.len() <= 1024 && text.ends_with('\n') && text.starts_with("[pid "), "{text}");
}

#[test]
fn a_program_that_may_open_nothing_is_heard_on_standard_error() {
    for way in TWO_WAYS {
        let folder = tempfile::tempdir().unwrap();
        for when in ["now", "late"] {
            let run = Run::new(compile("hostile/no_descriptors.c", way), way).arg(when);
            let ran = run.options("log_path=log").folder(folder.path()).go();
            assert_eq!((ran.stdout.as_str(), ran.status.code()), ("worked without descriptors\n", Some(3)));
            expect_on_stderr(&ran, "EMFILE");
        }
    }
}

#[test]
fn a_program_below_another_root_is_heard_on_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let run = Run::new(compile("hostile/changed_root.c", Way::Linked), Way::Linked).arg(empty.path()).arg("now");
    let ran = run.options("log_path=log").folder(folder.path()).go();
    if ran.status.code() == Some(77) {
        say(&format!("skipped: a_program_below_another_root_…: {}", ran.stdout.trim_end()));
        return;
    }
    expect_on_stderr(&ran, "ENOENT");
}
