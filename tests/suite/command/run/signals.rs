//! Signals reach the program as often as they would without the command in between, and it is started as the command was.

use super::script;
use crate::harness::{Ran, find_program, say};
use std::path::Path;

/// A conversation with told.c, whose lines come through a FIFO; `$run` is the command.
fn told(folder: &Path, words: &str, conversation: &str) -> Ran {
    let text = format!(
        "mkfifo said
         {words} >said &
         run=$!
         exec 3<said; line=
         hear() {{ IFS= read -r line <&3 && echo \"$line\"; }}
         until [ \"$line\" = ready ]; do IFS= read -r line <&3; done
         {conversation}
         kill -QUIT $run
         hear
         status=0; wait $run || status=$?; echo \"status $status\""
    );
    script(&text, folder, &["told"]).go()
}

#[test]
fn what_is_sent_to_the_command_alone_reaches_the_program_once() {
    let folder = tempfile::tempdir().unwrap();
    let conversation =
        "for name in TERM HUP USR1 USR2 INT WINCH CONT ALRM; do kill -$name $run; hear; done; kill -TSTP $run; hear";
    let ran = told(folder.path(), "\"$SHMSAN\" run -q \"$TOLD\"", conversation);
    let names = ["TERM", "HUP", "USR1", "USR2", "INT", "WINCH", "CONT", "ALRM", "TSTP", "QUIT"];
    let expected: String = names.map(|name| format!("{name} from the parent\n")).concat();
    assert_eq!((ran.stdout, ran.stderr.as_str()), (expected + "status 5\n", ""));
}

#[test]
fn a_value_that_was_sent_with_a_signal_arrives() {
    if find_program("kill").is_none() {
        return say("skipped: a_value_that_was_sent_with_a_signal_arrives: kill(1) is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let conversation = "env kill -q 77 -s USR1 $run; hear; env kill -q 78 -s RTMIN+3 $run; hear";
    let ran = told(folder.path(), "\"$SHMSAN\" run -q \"$TOLD\"", conversation);
    let expected =
        "USR1 from the parent with 77\na real-time signal from the parent with 78\nQUIT from the parent\nstatus 5\n";
    assert_eq!(ran.stdout, expected, "{}", ran.stderr);
}

#[test]
fn a_program_that_kills_its_group_is_not_killed_twice() {
    let folder = tempfile::tempdir().unwrap();
    // The command would pass on what it has got before SIGUSR2.
    let conversation = "hear; kill -USR2 $run; hear";
    let ran = told(folder.path(), "setsid \"$SHMSAN\" run -q \"$TOLD\" group", conversation);
    let lines: Vec<_> = ran.stdout.lines().collect();
    let twice = lines.iter().filter(|line| line.starts_with("a real-time signal")).count();
    assert_eq!(twice, 1, "{}", ran.stdout);
    assert!(lines.contains(&"USR2 from the parent") && lines.contains(&"status 5"), "{}", ran.stdout);
}

#[test]
fn an_alarm_that_was_set_before_the_command_was_executed_reaches_the_program() {
    if find_program("perl").is_none() {
        return say(
            "skipped: an_alarm_that_was_set_before_the_command_was_executed_reaches_the_program: perl is not installed",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let words = "perl -e 'use Time::HiRes \"ualarm\"; ualarm(300000); exec @ARGV' \"$SHMSAN\" run -q \"$TOLD\"";
    let ran = told(folder.path(), words, "hear");
    assert_eq!(ran.stdout, "ALRM from the parent\nQUIT from the parent\nstatus 5\n", "{}", ran.stderr);
}

#[test]
fn the_program_is_started_as_the_command_was() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        "PROGRAM",
        "(trap '' HUP INT PIPE; PROGRAM)",
        "env --ignore-signal=PIPE,CHLD,TSTP --block-signal=USR1,CHLD PROGRAM",
        "PROGRAM <&-",
        "PROGRAM <&- 2>&- 7</dev/null",
    ];
    for case in cases {
        let run = |program: &str| script(&case.replace("PROGRAM", program), folder.path(), &["told"]).go();
        let (bare, ours) = (run("\"$TOLD\" start"), run("\"$SHMSAN\" run -q \"$TOLD\" start"));
        assert_eq!(ours.seen_by_the_user(), bare.seen_by_the_user(), "{case}: {}", ours.stderr);
        assert!(bare.stdout.ends_with("ready\n"), "{case}: {}", bare.stdout);
    }
    // The cases are what they seem.
    let ignored = script(&cases[1].replace("PROGRAM", "\"$TOLD\" start"), folder.path(), &["told"]).go().stdout;
    assert!(ignored.starts_with("ignored: 1 2 13\n"), "{ignored}");
}

#[test]
fn who_writes_into_a_broken_pipe_dies_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{ status=0; \"$SHMSAN\" run -q yes || status=$?; echo $status >status; } | head -n 1; cat status";
    let ran = script(text, folder.path(), &[]).go();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("y\n141\n", ""));
}
