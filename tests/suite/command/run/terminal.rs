//! At a terminal the command cannot be told from the program: Ctrl-C, Ctrl-Z, the window's size, and its end.

use crate::command::binary;
use crate::command::pty::{Terminal, code};
use crate::harness::{Way, compile};
use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::{Duration, Instant};

const CTRL_C: &str = "\x03";
const CTRL_BACKSLASH: &str = "\x1c";
const CTRL_Z: &str = "\x1a";

fn screen() -> Command {
    let mut command = Command::new(binary());
    command.args(["run", "-q"]).arg(compile("command/screen.c", Way::Bare));
    command
}

/// A shell with job control that has been told to run the program.
fn shell() -> Terminal {
    let mut command = Command::new("/bin/sh");
    command.arg("-im").env("SHMSAN", binary()).env("SCREEN", compile("command/screen.c", Way::Bare));
    let terminal = Terminal::start(command);
    terminal.send("\"$SHMSAN\" run -q \"$SCREEN\"\n");
    terminal
}

#[test]
fn a_key_that_interrupts_reaches_the_program_once_and_the_command_goes_on() {
    let mut terminal = Terminal::start(screen());
    terminal.expect("ready\n");
    for _ in 0..3 {
        terminal.send(CTRL_C);
        terminal.expect("interrupted\n");
    }
    terminal.resize(132);
    assert_eq!(terminal.expect("132 columns\n"), "");
    terminal.send(CTRL_BACKSLASH);
    let (rest, status) = terminal.end();
    assert_eq!((rest.as_str(), code(status)), ("", 4));
}

#[test]
fn a_program_that_is_interrupted_to_death_takes_the_command_with_it() {
    let mut command = Command::new(binary());
    command.args(["run", "-q", "sh", "-c", "echo $SHMSAN_SESSION; exec sleep 60"]);
    let mut terminal = Terminal::start(command);
    let session = terminal.expect("\n");
    terminal.send(CTRL_C);
    let (_, status) = terminal.end();
    assert_eq!(code(status), 128 + libc::SIGINT);
    assert!(!std::path::Path::new(&session).parent().unwrap().exists(), "{session}");
}

#[test]
fn a_job_is_stopped_and_goes_on_as_a_whole() {
    let mut terminal = shell();
    terminal.expect("ready\n");
    for _ in 0..2 {
        terminal.send(CTRL_Z);
        terminal.expect("Stopped");
        terminal.send("echo between\n");
        terminal.expect("between\n");
        terminal.send("fg\n");
        terminal.expect("goes on\n");
    }
    quit(terminal);
}

/// Ends the program in the foreground, which has not gone on once more than was seen, and the shell.
fn quit(mut terminal: Terminal) {
    terminal.send(CTRL_BACKSLASH);
    terminal.send("echo status $?\n");
    let before = terminal.expect("status 4\n");
    assert!(!before.contains("goes on"), "{before:?}");
    terminal.send("exit\n");
    terminal.end();
}

#[test]
fn a_stopped_job_may_go_on_in_the_background() {
    let mut terminal = shell();
    terminal.expect("ready\n");
    terminal.send(CTRL_Z);
    terminal.expect("Stopped");
    terminal.send("bg\n");
    terminal.expect("goes on\n");
    // The command itself has been continued too: it passes on what is sent to it alone. In one line, because a shell that
    // prompts tells of a job that has ended, and forgets it.
    terminal.send("printf 'pid '; jobs -p; wait %1; echo status $?\n");
    terminal.expect("pid ");
    signal(terminal.expect("\n").parse().unwrap(), libc::SIGQUIT);
    terminal.expect("status 4\n");
    terminal.send("exit\n");
    terminal.end();
}

#[test]
fn a_program_that_was_stopped_anew_meanwhile_is_not_told_to_go_on() {
    let mut terminal = shell();
    terminal.expect("ready\n");
    terminal.send(CTRL_Z);
    terminal.expect("Stopped");
    terminal.send("printf 'pid '; jobs -p\n");
    terminal.expect("pid ");
    let command: i32 = terminal.expect("\n").parse().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{command}/task/{command}/children")).unwrap();
    let program = children.trim().parse().unwrap();
    signal(program, libc::SIGCONT);
    terminal.expect("goes on\n");
    signal(program, libc::SIGTSTP);
    until_stopped(program);
    signal(command, libc::SIGCONT);
    until_stopped(command);
    terminal.send("fg\n");
    terminal.expect("goes on\n");
    quit(terminal);
}

fn signal(pid: i32, number: i32) {
    // SAFETY: takes numbers only; the process stands still, or the shell waits for it.
    assert_eq!(unsafe { libc::kill(pid, number) }, 0);
}

fn until_stopped(pid: i32) {
    let begin = Instant::now();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        if stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T")) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{stat}");
    }
}

#[test]
fn a_terminal_that_goes_away_is_told_to_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("said");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "exec \"$SHMSAN\" run -q \"$TOLD\" >\"$FIFO\""]).env("FIFO", &fifo);
    command.env("SHMSAN", binary()).env("TOLD", compile("command/told.c", Way::Bare));
    let terminal = Terminal::start(command);
    let mut lines = BufReader::new(std::fs::File::open(&fifo).unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "ready"));
    let pid = terminal.pid();
    let end = std::thread::spawn(move || terminal.hang_up());
    assert_eq!(lines.next().as_deref(), Some("HUP from the parent"));
    // SAFETY: takes numbers only; the child was not waited for, because the program has not ended.
    unsafe { libc::kill(pid, libc::SIGQUIT) };
    assert!(lines.any(|line| line == "QUIT from the parent"));
    assert_eq!(code(end.join().unwrap()), 5);
}

#[test]
fn colours_are_shown_where_somebody_sees_them() {
    let explain = |plain: &[(&str, &str)]| {
        let mut command = Command::new(binary());
        command.args(["explain", "size-mismatch"]);
        let mut terminal = Terminal::start_with(command, plain);
        let page = terminal.expect("See shmget(2).");
        terminal.end();
        page
    };
    assert!(explain(&[]).starts_with("\x1b[1;31msize-mismatch\x1b[0m"));
    assert!(!explain(&[("NO_COLOR", "1")]).contains('\x1b'));
    assert!(!explain(&[("TERM", "dumb")]).contains('\x1b'));
}
