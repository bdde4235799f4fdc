//! The command `shmsan` as a user runs it: the real binary, beside the library of the same build.

mod explain;
mod verdict;

use crate::harness::{Run, Way, library_folder};

/// `shmsan` with these words behind it.
fn shmsan(words: &[&str]) -> Run {
    words.iter().fold(Run::new(library_folder().join("shmsan"), Way::Bare), Run::arg)
}
