//! `--isolate`: a namespace of its own for the program, as root and as anybody, and never silently none.

use super::script;
use crate::command::binary;
use crate::harness::{Ran, Run, Way, compile_with, find_program, is_root, library_folder, say};
use crate::nobody::OpenFolder;
use std::path::PathBuf;

/// Leaves a segment behind.
fn leak() -> PathBuf {
    compile_with("documents/message_writer.c", Way::Bare, &["-DMODE=0600"])
}

/// How many segments there are: before, inside, and after.
const COUNT: &str = "
    count() { echo $(($(wc -l </proc/sysvipc/shm) - 1)); }
    $LEAK >mine; before=$(count)
    inside=$(\"$SHMSAN\" run -q --isolate sh -c '\"$0\" >/dev/null; wc -l </proc/sysvipc/shm' \"$LEAK\") || test $? = 23
    echo $before $inside $(count)";

fn expect_isolated(ran: &Ran) {
    // Inside there is its own segment alone, below the heading; and nothing stays of it.
    let counts: Vec<i32> = ran.stdout.split_whitespace().map(|count| count.parse().unwrap()).collect();
    assert_eq!((counts[1], counts[2]), (2, counts[0]), "{}{}", ran.stdout, ran.stderr);
    assert!(counts[0] > 0 && ran.stderr.contains("shmsan: leaked-segment: "), "{}{}", ran.stdout, ran.stderr);
}

fn refused() -> bool {
    let probe = "unshare -i true 2>/dev/null || unshare -U -i true 2>/dev/null";
    !Run::script(probe, Way::Bare).go().status.success()
}

#[test]
fn the_program_sees_its_own_segments_alone_and_none_of_them_stays() {
    if refused() {
        return say("skipped: the_program_sees_its_own_segments_alone_and_none_of_them_stays: no namespaces here");
    }
    let folder = tempfile::tempdir().unwrap();
    expect_isolated(&script(COUNT, folder.path(), &[]).env("LEAK", leak()).go());
}

#[test]
fn so_it_is_for_an_ordinary_user_who_stays_who_he_is() {
    let name = "so_it_is_for_an_ordinary_user_who_stays_who_he_is";
    if !is_root() || find_program("setpriv").is_none() {
        return say(&format!("skipped: {name}: only root can become another user, with setpriv(1)"));
    }
    let open = OpenFolder::new();
    let shmsan = open.copy(&binary(), "shmsan", 0o755);
    open.copy(&library_folder().join("libshmsan.so"), "libshmsan.so", 0o755);
    let leak = open.copy(&leak(), "leak", 0o755);
    let nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups";
    let run = |text: &str| {
        let text = format!("cd \"$(mktemp -d)\"; chmod 777 .; exec {nobody} sh -euc {}", super::quoted(text));
        Run::script(&text, Way::Bare).env("SHMSAN", &shmsan).env("LEAK", &leak).go()
    };
    if !run("unshare -U -i true").status.success() {
        return say(&format!("skipped: {name}: user namespaces are closed to ordinary users"));
    }
    expect_isolated(&run(COUNT));
    let who = run("\"$SHMSAN\" run -q --isolate sh -c 'id -u; id -g; grep CapEff: /proc/self/status'");
    assert_eq!(who.stdout, "65534\n65534\nCapEff:\t0000000000000000\n", "{}", who.stderr);
    // And its session's folder is gone.
    let left = run("\"$SHMSAN\" run -q --isolate sh -c 'echo $SHMSAN_SESSION' >session; ! test -d \"$(cat session)\"");
    assert_eq!(left.status.code(), Some(0), "{}", left.stderr);
}

#[test]
fn where_it_is_not_permitted_nothing_is_started() {
    let name = "where_it_is_not_permitted_nothing_is_started";
    if !is_root() || find_program("setpriv").is_none() {
        return say(&format!("skipped: {name}: only root can give up a right of root's, with setpriv(1)"));
    }
    let folder = tempfile::tempdir().unwrap();
    let text = "setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \"$SHMSAN\" run -q --isolate echo started";
    let ran = script(text, folder.path(), &[]).go();
    assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(125), ""), "{}", ran.stderr);
    let sentence =
        "shmsan: --isolate: no IPC namespace can be made: EPERM (Operation not permitted): root has not the right here";
    assert!(ran.stderr.starts_with(sentence), "{}", ran.stderr);
}
