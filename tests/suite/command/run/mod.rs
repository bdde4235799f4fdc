//! `shmsan run`: what the program and its user see of it, which is as little as can be.

mod environment;
mod isolate;
mod session;
mod signals;
mod status;
mod terminal;
mod tree;

use super::binary;
use crate::harness::{Run, Way, compile};
use std::path::Path;

/// A script in a folder of its own, in which `$SHMSAN` is the command, and the programs of these names in c-tests/command are
/// variables.
fn script(text: &str, folder: &Path, programs: &[&str]) -> Run {
    let run = Run::script(text, Way::Bare).folder(folder).env("SHMSAN", binary());
    programs
        .iter()
        .fold(run, |run, name| run.env(&name.to_uppercase(), compile(&format!("command/{name}.c"), Way::Bare)))
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
