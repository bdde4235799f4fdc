//! The memory that segments are made of.

use crate::text::counted;
use std::fmt;

/// What the kernel counts a new segment against (proc(5)); bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Memory and swap.
    pub total: u64,
    /// What may be promised in all where `overcommit` is 2, and what is.
    pub limit: u64,
    pub promised: u64,
    /// The size of a huge page where none is named.
    pub huge_page: Option<u64>,
    /// vm.overcommit_memory.
    pub overcommit: u64,
}

/// The huge pages of one size, in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HugePages {
    /// Bytes of one.
    pub size: u64,
    pub total: u64,
    /// Not in use, and of these promised to somebody.
    pub free: u64,
    pub reserved: u64,
}

/// Bytes as a person says them: `1000 bytes`, `2 MiB`, `23.5 GiB`.
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 10 * 1024 {
            return f.write_str(&counted(self.0, "byte"));
        }
        let unit = (self.0.ilog2() / 10).min(6);
        let (whole, tenths) = (self.0 >> (10 * unit), (self.0 >> (10 * (unit - 1)) & 1023) * 10 / 1024);
        let name = UNITS[unit as usize - 1];
        if tenths == 0 { write!(f, "{whole} {name}") } else { write!(f, "{whole}.{tenths} {name}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_as_a_person_says_it() {
        let sizes = [0, 10_239, 10_240, 2 << 20, 3 << 29, (1 << 40) - 1, 1 << 46, u64::MAX];
        let said = ["0 bytes", "10239 bytes", "10 KiB", "2 MiB", "1.5 GiB", "1023.9 GiB", "64 TiB", "15.9 EiB"];
        assert_eq!(sizes.map(|size| Size(size).to_string()), said);
    }
}
