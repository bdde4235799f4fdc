//! The effects of SHMSAN_OPTIONS, and of the options that a program brings itself.

mod defaults;
mod display;
mod documents;
mod log_files;
mod log_refused;
mod streams;

use super::harness::{Ran, Run, Way, compile};
use std::path::Path;

/// plain.c with these options, in this folder: it ends as ever, and its standard output is its own.
fn plain(way: Way, options: &str, folder: &Path) -> Ran {
    let ran = Run::new(compile("hostile/plain.c", way), way).options(options).folder(folder).go();
    expect_plain(&ran);
    ran
}

/// That plain.c ended as ever.
fn expect_plain(ran: &Ran) {
    assert_eq!((ran.stdout.as_str(), ran.status.code()), ("worked 1 times\n", Some(3)), "{}", ran.stderr);
}

/// The names and contents of the files in a folder, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> = entries
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), String::from_utf8(std::fs::read(entry.path()).unwrap()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The pid on the first line of a report or trace.
fn pid_of(text: &str) -> &str {
    let text = text.trim_start_matches("[pid ").trim_start_matches("==");
    &text[..text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len())]
}
