//! Who may still remove what this process made.

use std::fmt;

/// Who lives on when this process ends, and may still use what it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heir {
    /// The process that forked this one, which runs the same program.
    Parent(i32),
    Children,
}

impl fmt::Display for Heir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parent(pid) => write!(f, "the parent of this process (pid {pid})"),
            Self::Children => f.write_str("a child of this process"),
        }
    }
}
