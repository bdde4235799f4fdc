//! What becomes of a segment, in one word.

use crate::detail::Status;
use crate::facts::Life;
use crate::flags::{SHM_DEST, SHM_LOCKED};
use std::fmt;

/// Whether anybody uses a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Attached, or its creator lives.
    Live,
    /// Nobody has it attached, and its creator is dead.
    Orphan,
    /// Nobody has it attached, and its creator cannot be seen from here.
    Unknown,
    /// Marked for destruction: it goes with its last detach.
    Destroyed,
}

/// As the column STATE has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub used: Use,
    pub is_locked: bool,
}

impl State {
    #[must_use]
    pub const fn of(status: &Status, creator: Life) -> Self {
        let used = match (status.owner.mode & SHM_DEST != 0, status.attachments, creator) {
            (true, ..) => Use::Destroyed,
            (false, 0, Life::Gone) => Use::Orphan,
            (false, 0, Life::Unknown) => Use::Unknown,
            (false, ..) => Use::Live,
        };
        Self { used, is_locked: status.owner.mode & SHM_LOCKED != 0 }
    }

    #[must_use]
    pub const fn is_orphan(self) -> bool {
        matches!(self.used, Use::Orphan)
    }
}

/// With a comma where two words are true, as lsipc(1) does.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.used {
            Use::Live => "live",
            Use::Orphan => "orphan",
            Use::Unknown => "unknown",
            Use::Destroyed => "dest",
        })?;
        f.write_str(if self.is_locked { ",locked" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_surely_abandoned_is_an_orphan() {
        let cases = [
            (0o600, 0, Life::Gone, "orphan"),
            (0o600, 0, Life::Runs, "live"),
            (0o600, 0, Life::Unknown, "unknown"),
            (0o600, 1, Life::Gone, "live"),
            (0o600, 1, Life::Unknown, "live"),
            (0o1600, 1, Life::Gone, "dest"),
            (0o1600, 0, Life::Gone, "dest"),
            (0o2600, 0, Life::Gone, "orphan,locked"),
            (0o3600, 2, Life::Runs, "dest,locked"),
        ];
        for (mode, attachments, creator, expected) in cases {
            let mut status = Status::from_kernel(&[0; Status::SIZE]).unwrap();
            (status.owner.mode, status.attachments) = (mode, attachments);
            let state = State::of(&status, creator);
            assert_eq!(state.to_string(), expected);
            assert_eq!(state.is_orphan(), expected.starts_with("orphan"));
        }
    }
}
