//! Why `shmsan run` could not do what it was asked: each sentence says what, why, and what to do.

use shmsan_core::errno::Errno;
use shmsan_core::text::Plain;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

#[derive(Debug)]
pub enum Failure {
    /// The command is not there.
    NotFound { command: PathBuf, why: String },
    /// It is there and cannot be executed.
    NotExecutable { command: PathBuf, why: String },
    /// All else.
    Own(String),
}

impl Failure {
    /// The exit status, as env(1), nohup(1) and timeout(1) have it.
    pub const fn status(&self) -> u8 {
        match self {
            Self::NotFound { .. } => 127,
            Self::NotExecutable { .. } => 126,
            Self::Own(_) => 125,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { command, why } | Self::NotExecutable { command, why } => {
                write!(f, "{}: {why}", plain(command))
            }
            Self::Own(sentence) => f.write_str(sentence),
        }
    }
}

/// A path, harmless to print.
pub fn plain(path: &(impl AsRef<OsStr> + ?Sized)) -> String {
    Plain(path.as_ref().as_bytes()).to_string()
}

/// What the system says, as the library's reports have it.
pub fn said(error: &io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), |number| Errno(number).to_string())
}
