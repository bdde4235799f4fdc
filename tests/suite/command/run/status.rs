//! The exit status is the program's own; what kept it from being started has the codes of env(1) and timeout(1).

use super::script;
use crate::command::shmsan;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;

#[test]
fn the_programs_status_is_the_commands() {
    for code in ["0", "1", "23", "125", "255"] {
        let ran = shmsan(&["run", "-q", "sh", "-c", &format!("echo out; echo err >&2; exit {code}")]).go();
        assert_eq!(
            (ran.status.code(), ran.stdout.as_str(), ran.stderr.as_str()),
            (code.parse().ok(), "out\n", "err\n")
        );
    }
}

#[test]
fn what_kills_the_program_kills_the_command() {
    // A real-time signal too.
    for signal in [libc::SIGKILL, libc::SIGSEGV, libc::SIGTERM, libc::SIGPIPE, libc::SIGABRT, 40] {
        let folder = tempfile::tempdir().unwrap();
        let text = "ulimit -c unlimited 2>/dev/null || true; exec \"$SHMSAN\" run -q \"$DIES\" \"$SIGNAL\"";
        let ran = script(text, folder.path(), &["dies"]).env("SIGNAL", signal.to_string()).go();
        assert_eq!((ran.status.signal(), ran.stderr.as_str()), (Some(signal), ""));
        assert!(!ran.status.core_dumped(), "the command leaves a core beside the program's: {signal}");
    }
}

#[test]
fn a_program_that_cannot_be_started_is_said_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("text"), "text").unwrap();
    fs::write(folder.path().join("script"), "#!/no/such/shell\n").unwrap();
    fs::set_permissions(folder.path().join("script"), fs::Permissions::from_mode(0o755)).unwrap();
    let cases: [(&[&str], i32, &str); 9] = [
        (&["no-such-program"], 127, "no-such-program: is in no folder of PATH"),
        (&["./none"], 127, "./none: there is no such file"),
        (&["./text"], 126, "./text: may not be executed; chmod +x ./text allows it"),
        (&["./script"], 126, "./script: its interpreter /no/such/shell is not there"),
        (&["/"], 126, "/: is a folder"),
        (&["--library=./text", "true"], 125, "is no library"),
        (&["--log-file=/no/such/folder/log", "true"], 125, "--log-file /no/such/folder/log: ENOENT"),
        (&["--guard=2", "true"], 125, "invalid value '2' for '--guard <VALUE>': is none of 0, 1, arena"),
        (&["--wait=long", "true"], 125, "is no time"),
    ];
    for (words, status, sentence) in cases {
        let ran = shmsan(&[&["run", "-q"], words].concat()).folder(folder.path()).go();
        assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(status), ""), "{words:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(sentence), "{words:?}: {}", ran.stderr);
    }
    assert_eq!(shmsan(&["run"]).go().status.code(), Some(125));
    assert_eq!(shmsan(&["run", "--help"]).go().status.code(), Some(0));
}

#[test]
fn what_stands_behind_the_command_is_its_own() {
    let ran = shmsan(&["run", "-q", "echo", "--isolate", "-x", "--", "--help"]).go();
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("--isolate -x -- --help\n", Some(0)));
    assert_eq!(shmsan(&["run", "-q", "--", "echo", "a  b"]).go().stdout, "a  b\n");
}
