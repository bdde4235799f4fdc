//! What the command itself writes to a person: coloured on a terminal, unless NO_COLOR is set or TERM is dumb.

use std::io::{self, Write};
use std::process::ExitCode;

/// A verb that could not do what was asked; `run` has codes of its own.
pub const FAILED: u8 = 2;

/// Writes to standard output.
pub fn say(text: &str) -> ExitCode {
    match anstream::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("standard output: {error}")),
    }
}

/// One line on standard error, and the status that goes with it.
pub fn complain(sentence: &str) -> ExitCode {
    remark(sentence);
    ExitCode::from(FAILED)
}

/// One line on standard error, of what may be as it is.
pub fn remark(sentence: &str) {
    // Where standard error cannot be written, the status alone must do.
    let _ = writeln!(anstream::stderr(), "shmsan: {sentence}");
}

/// Why nothing can be said of any segment.
pub fn unavailable(error: &io::Error) -> ExitCode {
    match error.raw_os_error() {
        Some(libc::ENOSYS) => complain("this kernel has no System V shared memory; \"shmsan limits\" says more"),
        _ => complain(&format!("the kernel does not tell of System V shared memory: {error}")),
    }
}
