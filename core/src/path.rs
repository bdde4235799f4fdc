//! The beginning of a path in a place of fixed size, kept and copied without allocating; and the file that a path names.

use crate::text::Quoted;
use std::fmt;

/// A file, whatever its names (stat(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    pub device: u64,
    pub inode: u64,
}

/// As much of a path as is kept. Equal when the same can be seen of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStart {
    bytes: [u8; Self::ROOM],
    length: u16,
    whole: bool,
}

impl PathStart {
    pub const ROOM: usize = 240;

    /// The beginning of `path`, which is a whole one.
    #[must_use]
    pub fn new(path: &[u8]) -> Self {
        let length = path.len().min(Self::ROOM);
        let mut bytes = [0; Self::ROOM];
        bytes[..length].copy_from_slice(&path[..length]);
        // No more than ROOM.
        Self { bytes, length: u16::try_from(length).unwrap_or_default(), whole: length == path.len() }
    }

    /// The beginning of a longer path.
    #[must_use]
    pub fn cut(path: &[u8]) -> Self {
        Self { whole: false, ..Self::new(path) }
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether the working directory has no part in it.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        self.bytes().first() == Some(&b'/')
    }

    /// Whether there was no more.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }
}

/// In quotes, with `...` behind them where it went on, as strace(1) prints a long string.
impl fmt::Display for PathStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Quoted(self.bytes()), if self.whole { "" } else { "..." })
    }
}

#[cfg(test)]
mod tests {
    use super::PathStart;

    #[test]
    fn a_long_path_is_cut_and_that_is_seen() {
        let whole = PathStart::new(&[b'x'; PathStart::ROOM]);
        assert_eq!((whole.bytes().len(), whole.is_whole()), (240, true));
        assert!(whole.to_string().ends_with("x\""));
        let cut = PathStart::new(&[b'x'; PathStart::ROOM + 1]);
        assert_eq!(cut.bytes(), whole.bytes());
        assert!(!cut.is_whole() && cut.to_string().ends_with("x\"..."), "{cut}");
        assert_eq!(PathStart::new(b"").to_string(), "\"\"");
    }
}
