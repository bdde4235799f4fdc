//! A fault of the program: what a SIGSEGV or SIGBUS has to do with shared memory, and how it is told.

mod cause;
mod words;

pub use cause::Cause;
pub use words::finding;

use crate::call::Addr;
use std::fmt;

/// What the processor was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
    Execute,
    /// The machine does not tell.
    Unknown,
}

/// As in "a write of the byte at …".
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Execute => "jump",
            Self::Unknown => "access",
        })
    }
}

/// Which signal it came as (sigaction(2), `si_code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SIGSEGV: nothing is mapped there.
    NotMapped,
    /// SIGSEGV: what is mapped there does not allow it.
    NotAllowed,
    /// SIGBUS: it is mapped, and there is no memory behind it.
    NoMemory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The address that could not be accessed.
    pub address: Addr,
    pub access: Access,
    pub kind: Kind,
    /// The instruction.
    pub instruction: usize,
    /// Where a call that jumped to it would return to, as far as the registers tell.
    pub caller: Option<usize>,
    /// The thread's id (gettid(2)).
    pub thread: i32,
}

#[cfg(test)]
mod tests;
