//! Who outlives the program: waited for, then named.

use super::script;
use crate::command::shmsan;

/// A daemon, as a double fork makes one: it ends when a line comes through the FIFO `end`.
const DAEMON: &str = "(sh -c 'echo $$ >pid; echo >up; read end <end; echo daemon ended' &)";

#[test]
fn what_the_program_leaves_running_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "mkfifo up end
         \"$SHMSAN\" run -q --wait=50s sh -c {} & run=$!
         read line <up; kill -0 $run; echo >end; wait $run; echo status $?",
        super::quoted(&format!("{DAEMON}; exit 0"))
    );
    let ran = script(&text, folder.path(), &[]).go();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("daemon ended\nstatus 0\n", ""));
}

#[test]
fn what_does_not_end_in_time_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "mkfifo up end
         \"$SHMSAN\" run -q --wait=100ms sh -c {} || echo status $?
         cat pid; kill -0 $(cat pid); echo >end",
        super::quoted(&format!("{DAEMON}; read line <up; exit 9"))
    );
    let ran = script(&text, folder.path(), &[]).go();
    let pid = ran.stdout.lines().nth(1).unwrap_or_default();
    assert!(ran.stdout.starts_with("status 9\n"), "{ran:?}");
    let line = format!("shmsan: still running, not judged: pid {pid}, sh -c echo $$ >pid; echo >up;");
    assert!(ran.stderr.starts_with(&line) && ran.stderr.lines().count() == 1, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_running_commands_name_is_no_command_to_the_terminal() {
    let ran = shmsan(&[
        "run",
        "--wait=0",
        "sh",
        "-c",
        "exec 2>&1; sleep 5 & perl -e '$0=\"\\033[31m\\nred\"; sleep 5' & exit 0",
    ])
    .go();
    assert!(!ran.stderr.contains('\x1b'), "{:?}", ran.stderr);
}

#[test]
fn who_asks_for_init_as_the_parent_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    // Its parent, the subshell, has ended when the program goes on.
    let orphan = "(sh -c 'read go <go; cut -d\" \" -f4 /proc/$$/stat >after' &); echo >go";
    let adopts = |options: &str| {
        let text = format!(
            "rm -f go after; mkfifo go after
             \"$SHMSAN\" run -q {options} sh -c {} & echo $!; read after <after; echo $after; wait",
            super::quoted(orphan)
        );
        let ran = script(&text, folder.path(), &[]).go();
        let lines: Vec<_> = ran.stdout.lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2, "{}{}", ran.stdout, ran.stderr);
        lines[0] == lines[1]
    };
    assert!(adopts("") && !adopts("--no-subreaper"));
}

#[test]
fn impatience_ends_the_waiting_and_not_the_daemon() {
    let folder = tempfile::tempdir().unwrap();
    // The program has ended when the daemon is the command's only child.
    let text = format!(
        "mkfifo up end
         \"$SHMSAN\" run -q --wait=50s sh -c {} & run=$!
         read line <up
         until test \"$(cat /proc/$run/task/$run/children)\" = \"$(cat pid) \"; do :; done
         kill -TERM $run; status=0; wait $run || status=$?; echo status $status; kill -0 $(cat pid); echo >end",
        super::quoted(&format!("{DAEMON}; exit 6"))
    );
    let ran = script(&text, folder.path(), &[]).go();
    assert!(ran.stdout.starts_with("status 6\n"), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("still running, not judged: pid "), "{}", ran.stderr);
}

#[test]
fn children_that_the_command_had_before_are_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "sh -c 'sleep 60 & echo $! >pid; exec \"$SHMSAN\" run -q --wait=50s false' || echo status $?; kill $(cat pid)";
    let ran = script(text, folder.path(), &[]).go();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("status 1\n", ""));
}
