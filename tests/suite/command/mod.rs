//! The command `shmsan` as a user runs it: the real binary, beside the library of the same build.

mod explain;
mod info;
mod ledger;
mod limits;
mod ls;
mod pty;
mod rm;
mod run;
mod verdict;
mod workers;

use super::nobody::OpenFolder;
use crate::harness::{Ran, Run, Way, compile, library_folder};
use std::path::PathBuf;

fn binary() -> PathBuf {
    library_folder().join("shmsan")
}

/// `shmsan` with these words behind it.
fn shmsan(words: &[&str]) -> Run {
    words.iter().fold(Run::new(binary(), Way::Bare), Run::arg)
}

/// What every script begins with. `held N…` attaches segments in a process of its own, and comes back when that is done; all
/// such processes are ended with the script. `nobody …` runs a command as an ordinary user.
const PRELUDE: &str = r#"
held() { begin "$SEGMENT" hold "$@"; }
begin() {
    rm -f "$FIFO"; mkfifo "$FIFO"
    "$@" > "$FIFO" & HOLDERS="${HOLDERS:-} $!"; HOLDER=$!
    read -r SAID < "$FIFO"
}
nobody() { ${AS:+"$AS"} "$@"; }
trap 'kill ${HOLDERS:-} 2>/dev/null || :' EXIT
"#;

/// Runs a script in an IPC namespace of its own, where ids are 0, 1, 2… Every user may run what is in $SHMSAN, $SEGMENT and
/// $DIALOGUE.
fn script(text: &str) -> Ran {
    let folder = OpenFolder::new();
    let programs = [
        ("SHMSAN", library_folder().join("shmsan")),
        ("SEGMENT", compile("command/segment.c", Way::Bare)),
        ("DIALOGUE", compile("support/dialogue.c", Way::Bare)),
    ];
    let fifo = tempfile::tempdir().unwrap();
    folder.script(&format!("{PRELUDE}{text}"), Way::Bare, &programs).env("FIFO", fifo.path().join("fifo")).go()
}

/// As [`script`], for one that must succeed; what it wrote to standard output.
fn output_of(text: &str) -> String {
    let ran = script(text);
    assert_eq!(ran.status.code(), Some(0), "{text}\n{}\n{}", ran.stdout, ran.stderr);
    ran.stdout
}
