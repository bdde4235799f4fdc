//! What the program finds in its environment, and that the library gets into it.

use super::script;
use crate::command::{binary, shmsan};
use crate::harness::{Ran, Run, Way, compile, compile_with, library_folder};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

const MISTAKE: &str = "verdict/mistakes.c";

/// A program with one known mistake.
fn mistake(words: &[&str]) -> Run {
    let program = compile(MISTAKE, Way::Bare);
    shmsan(&[&["run", "-q"], words, &[program.to_str().unwrap(), "1"]].concat())
}

fn is_told(ran: &Ran) -> bool {
    ran.stderr.contains("ERROR: shmsan: size-mismatch: ")
}

#[test]
fn the_library_is_in_the_program_and_in_what_it_starts() {
    let bare = Run::new(compile(MISTAKE, Way::Bare), Way::Bare).arg("1").go();
    let ran = mistake(&[]).go();
    assert!(is_told(&ran), "{}", ran.stderr);
    assert_eq!(ran.seen_by_the_user(), bare.seen_by_the_user());
    let program = compile(MISTAKE, Way::Bare);
    let child = shmsan(&["run", "-q", "sh", "-c", "\"$0\" 1; exit 7", program.to_str().unwrap()]).go();
    assert!(is_told(&child) && child.status.code() == Some(7), "{}", child.stderr);
}

#[test]
fn what_was_in_the_environment_stays_and_keeps_its_order() {
    let lines = |run: Run| {
        let ran = run.env("ZZZ", "1").env("AAA", "2").env("LD_PRELOAD", "libc.so.6").env("ASAN_OPTIONS", "x=1").go();
        ran.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let ours = ["LD_PRELOAD=", "ASAN_OPTIONS=", "SHMSAN_"];
    let others = |lines: &[String]| {
        let others = lines.iter().filter(|line| !ours.iter().any(|name| line.starts_with(name)));
        others.cloned().collect::<Vec<_>>()
    };
    let (bare, with) = (lines(Run::new("/usr/bin/env", Way::Bare)), lines(shmsan(&["run", "-q", "/usr/bin/env"])));
    assert_eq!(others(&with), others(&bare));
    let preload = format!("LD_PRELOAD={}:libc.so.6", library_folder().join("libshmsan.so").display());
    assert!(with.contains(&preload), "{with:?}");
    assert!(with.contains(&"ASAN_OPTIONS=x=1:verify_asan_link_order=0".to_owned()), "{with:?}");
    assert!(!with.iter().any(|line| line.starts_with("SHMSAN_OPTIONS=")), "{with:?}");
}

#[test]
fn the_librarys_options_are_options_of_the_command_and_win() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("it's a list: known,ones");
    fs::write(&file, "size-mismatch:*\n").unwrap();
    // By a path that only this folder knows, though the program stands in another.
    let program = compile(MISTAKE, Way::Bare);
    let text =
        "\"$SHMSAN\" run -q --suppressions=\"it's a list: known,ones\" sh -c 'cd /; \"$0\" 1' \"$PROGRAM\" || true";
    let ran = script(text, folder.path(), &[]).env("PROGRAM", &program).go();
    assert!(!is_told(&ran) && ran.stderr.contains("suppressions used:"), "{}", ran.stderr);
    let options = |words: &[&str], before: &str| {
        let ran =
            shmsan(&[&["run", "-q"], words, &["sh", "-c", "echo \"$SHMSAN_OPTIONS\""]].concat()).options(before).go();
        assert_eq!(ran.stderr, "");
        ran.stdout.trim_end().to_owned()
    };
    assert_eq!(options(&["--guard=0", "--detect_leaks", "no"], "guard=1"), "guard=1:detect_leaks=no:guard=0");
    assert_eq!(options(&["--guard=0", "--guard=arena"], ""), "guard=arena");
    let ran = mistake(&["--guard=0"]).options("log_path='x").go();
    assert_eq!(ran.status.code(), Some(125));
    assert!(ran.stderr.starts_with("shmsan: SHMSAN_OPTIONS has a quote that is never closed"), "{}", ran.stderr);
}

#[test]
fn the_log_file_has_the_words_of_all_processes_and_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("the log");
    for _ in 0..2 {
        let ran = mistake(&["--log-file", "the log", "--max-reports=1"]).folder(folder.path()).go();
        assert_eq!(ran.stderr, "");
        let text = fs::read_to_string(&log).unwrap();
        assert_eq!(text.matches("ERROR: shmsan: size-mismatch: ").count(), 1, "{text}");
    }
    let text = "\"$SHMSAN\" run -q --log-file log --wait=0 sh -c 'sleep 60 & echo $! >pid'; kill $(cat pid)";
    let ran = script(text, folder.path(), &[]).go();
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(ran.stderr.is_empty() && log.contains(": still running, not judged: pid "), "{} {log}", ran.stderr);
}

#[test]
fn a_library_whose_path_ld_preload_cannot_hold_gets_in_by_another_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["with space", "a:colon", "$LIB"] {
        let strange = folder.path().join(name);
        fs::create_dir(&strange).unwrap();
        symlink(library_folder().join("libshmsan.so"), strange.join("libshmsan.so")).unwrap();
        let ran = mistake(&["--library", strange.join("libshmsan.so").to_str().unwrap()]).go();
        assert!(is_told(&ran), "{name}: {}", ran.stderr);
        let ran = mistake(&[]).env("SHMSAN_LIBRARY", strange.join("libshmsan.so")).go();
        assert!(is_told(&ran), "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_command_without_its_library_says_where_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    let alone = folder.path().join("bin/shmsan");
    // By a link, it finds what lies beside the file itself.
    symlink(binary(), &alone).unwrap();
    assert_eq!(Run::new(&alone, Way::Bare).arg("run").arg("-q").arg("true").go().status.code(), Some(0));
    fs::remove_file(&alone).unwrap();
    // Not by this process: a child that another test forks meanwhile would hold it open for writing.
    assert!(Command::new("cp").arg(binary()).arg(&alone).status().unwrap().success());
    let run = || Run::new(&alone, Way::Bare).arg("run").arg("-q").arg("true").go();
    let ran = run();
    assert_eq!(ran.status.code(), Some(125));
    assert!(ran.stderr.contains("; name it with --library FILE or SHMSAN_LIBRARY"), "{}", ran.stderr);
    fs::create_dir(folder.path().join("lib")).unwrap();
    symlink(library_folder().join("libshmsan.so"), folder.path().join("lib/libshmsan.so")).unwrap();
    assert_eq!(run().status.code(), Some(0));
}

#[test]
fn a_program_with_address_sanitizer_runs_and_its_children_know_nothing_of_it() {
    let sanitized = compile_with(MISTAKE, Way::Bare, &["-fsanitize=address"]);
    // Had it been loaded into this one too, its leak would have changed the status.
    let leaks = compile("command/leaks.c", Way::Bare);
    let text = format!("\"$SHMSAN\" run -q {} 1; \"$SHMSAN\" run -q sh -c '{}'", sanitized.display(), leaks.display());
    let folder = tempfile::tempdir().unwrap();
    let text = text.replacen("; ", " || test $? = 3; ", 1);
    let ran = script(&text, folder.path(), &[]).go();
    assert!(is_told(&ran) && !ran.stderr.contains("does not come first"), "{}", ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "{}", ran.stderr);
}

#[test]
fn a_program_of_musl_runs_unseen() {
    let folder = tempfile::tempdir().unwrap();
    // musl's loader would not find the library's symbols; glibc's stands here for it, and takes what it is given.
    let own = std::fs::read_dir("/lib64").into_iter().flatten().flatten().map(|entry| entry.path());
    let Some(loader) = own.into_iter().find(|path| path.to_string_lossy().contains("/ld-linux")) else {
        return crate::harness::say("skipped: a_program_of_musl_runs_unseen: no loader in /lib64");
    };
    let musl = folder.path().join("ld-musl-x86_64.so.1");
    symlink(loader, &musl).unwrap();
    let flag = format!("-Wl,--dynamic-linker={}", musl.display());
    let program = crate::harness::scratch("musl").join("program");
    let built =
        Command::new("cc").args(["-w", "-o"]).arg(&program).arg(crate::harness::source(MISTAKE)).arg(flag).status();
    assert!(built.unwrap().success());
    let ran = shmsan(&["run", "-q", program.to_str().unwrap(), "1"]).go();
    assert!(!is_told(&ran) && ran.status.code() == Some(3), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("shmsan: ") && ran.stderr.contains(": it runs unseen\n"), "{}", ran.stderr);
}
