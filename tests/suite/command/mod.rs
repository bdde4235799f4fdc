//! The command `shmsan` as a user runs it: the real binary, beside the library of the same build.

mod explain;
mod pty;
mod run;
mod verdict;

use crate::harness::{Run, Way, library_folder};
use std::path::PathBuf;

fn binary() -> PathBuf {
    library_folder().join("shmsan")
}

/// `shmsan` with these words behind it.
fn shmsan(words: &[&str]) -> Run {
    words.iter().fold(Run::new(binary(), Way::Bare), Run::arg)
}
