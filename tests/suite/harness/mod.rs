//! What every test stands on: compile a C scenario, run it in surroundings of its own, look at what came out.
//! Nothing here may leave a process, a segment or a hung child behind.

mod compile;
mod namespace;
mod run;

pub use compile::{
    Compiler, Way, compile, compile_with, find_compiler, find_program, is_release, library_folder, scratch, source,
};
pub use namespace::{is_root, private_namespaces_allowed};
pub use run::{Ran, Run, clean, normalise};

use std::io::{self, Write};

/// A line for whoever runs the tests, also when all goes well: libtest keeps what eprintln! of a passing test prints.
pub fn say(line: &str) {
    // Where nobody reads there is nobody to tell.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Compares `text` with the file `expected` beside a scenario; `BLESS=1` writes the file instead.
pub fn expect_file(expected: &std::path::Path, text: &str) {
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        std::fs::write(expected, text).unwrap();
        return;
    }
    let wanted = std::fs::read_to_string(expected)
        .unwrap_or_else(|error| panic!("{}: {error}; BLESS=1 make test writes it", expected.display()));
    assert!(
        wanted == text,
        "{} differs (BLESS=1 make test rewrites it)\n--- expected\n{wanted}\n--- got\n{text}",
        expected.display()
    );
}
