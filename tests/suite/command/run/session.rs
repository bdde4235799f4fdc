//! The session's folder is there while the program runs, and gone with it, whatever was put into it.

use super::script;
use crate::command::shmsan;
use std::path::Path;

#[test]
fn it_is_there_while_the_program_runs_and_gone_after_it() {
    let text = "stat -c %a \"$SHMSAN_SESSION\" \"$SHMSAN_SESSION/..\"; echo \"$SHMSAN_SESSION\"; exit 3";
    let ran = shmsan(&["run", "-q", "sh", "-c", text]).go();
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["1733", "711"]);
    assert_eq!(Path::new(lines[2]).file_name().unwrap().len(), 32);
    assert!(!Path::new(lines[2]).parent().unwrap().exists());
    assert_eq!(ran.status.code(), Some(3));
    // Also where nothing could be started, and without a umask's help.
    let folder = tempfile::tempdir().unwrap();
    let text = "umask 077; \"$SHMSAN\" run -q sh -c 'stat -c %a \"$SHMSAN_SESSION\" \"$SHMSAN_SESSION/..\"'";
    assert_eq!(script(text, folder.path(), &[]).go().stdout, "1733\n711\n");
}

#[test]
fn whatever_was_put_into_it_goes_with_it_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let text = "
        mkdir precious; echo kept >precious/file; here=$PWD; export here
        \"$SHMSAN\" run -q sh -c '
            cd \"$SHMSAN_SESSION\"; pwd >$here/session
            ln -s $here/precious folder; ln -s $here/precious/file file; ln -s . loop; mkfifo pipe
            mkdir -p deep/deeper/deepest closed/inside; ln -s $here/precious deep/deeper/folder; chmod 0 closed
            head -c 100000 /dev/urandom >garbage; : >\"a
newline\"; : >-rf; chmod 0 garbage'
        cat precious/file; ! ls \"$(dirname \"$(cat session)\")\" 2>/dev/null";
    let ran = script(text, folder.path(), &[]).go();
    let foreign = "shmsan: 9 files in the session's folder came from no process of the run, and were not read\n";
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str(), ran.status.code()), ("kept\n", foreign, Some(0)));
}

#[test]
fn the_folder_of_a_killed_run_is_removed_by_the_next_one_and_that_of_a_living_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let text = "
        mkfifo killed living end
        \"$SHMSAN\" run -q sh -c 'echo $SHMSAN_SESSION >killed; echo x >$SHMSAN_SESSION/x; exec sleep 60' & killed=$!
        \"$SHMSAN\" run -q sh -c 'echo $SHMSAN_SESSION >living; read end <end' &
        read killed_session <killed; read living_session <living
        child=$(cat /proc/$killed/task/$killed/children); kill -9 $killed; kill -9 $child; wait $killed || true
        test -d \"$killed_session\"
        \"$SHMSAN\" run -q true
        ! test -d \"$killed_session\"; test -d \"$living_session\"
        echo >end; wait; ! test -d \"$living_session\"; echo done";
    let ran = script(text, folder.path(), &[]).go();
    assert!(ran.stdout == "done\n", "{}", ran.stderr);
}

#[test]
fn without_room_in_memory_there_is_another_place() {
    let folder = tempfile::tempdir().unwrap();
    // A mount of its own, where only root may.
    let text = "mount -t tmpfs -o mode=0555 none /dev/shm && exec setpriv --reuid 65534 --regid 65534 --clear-groups \
                \"$SHMSAN\" run -q sh -c 'echo $SHMSAN_SESSION'";
    let text = format!("unshare -m sh -ec {} 2>err || {{ cat err; exit 77; }}", super::quoted(text));
    let ran = script(&text, folder.path(), &[]).env("TMPDIR", "/no/such/folder").go();
    if ran.status.code() == Some(77) {
        return crate::harness::say(&format!(
            "skipped: without_room_in_memory_there_is_another_place: {}",
            ran.stdout.trim_end()
        ));
    }
    assert!(ran.stdout.starts_with("/tmp/shmsan-65534-"), "{}{}", ran.stdout, ran.stderr);
}
