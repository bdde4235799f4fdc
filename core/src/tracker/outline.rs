//! What can be told of a fault without the tracker's lock: that it has nothing to do with segments. A program may have
//! thousands of faults in a second that are its own affair, and whoever holds the lock may have been stopped by it.

use crate::call::Addr;
use crate::guard::Gap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicI32, AtomicUsize};

/// How far from an attachment that the kernel placed a fault is taken for one beside it.
pub const NEAR: usize = 64 << 10;
/// The pointer (void *)-1 with an offset, or the first page by way of p[1].
pub const LOWEST_OF_MINUS_ONE: usize = usize::MAX - 4095;
pub const HIGHEST_OF_MINUS_ONE: usize = 4095;

/// Of this process.
pub static OUTLINE: Outline = Outline::new();

/// Grows only: what is over is asked for too.
pub struct Outline {
    /// Where the gap begins; 0 where there is none.
    gap: AtomicUsize,
    /// Between these lies all that was ever attached outside the gap.
    lowest: AtomicUsize,
    highest: AtomicUsize,
    /// The thread whose shmat was the last that failed; 0 where none has.
    failed: AtomicI32,
}

impl Outline {
    const fn new() -> Self {
        Self {
            gap: AtomicUsize::new(0),
            lowest: AtomicUsize::new(usize::MAX),
            highest: AtomicUsize::new(0),
            failed: AtomicI32::new(0),
        }
    }

    /// Attachments are placed in this gap.
    pub(super) fn place_in(&self, gap: &Gap) {
        self.gap.store(gap.begin().0, Relaxed);
    }

    /// Between these lies what was attached outside the gap.
    pub(super) fn span(&self, begin: Addr, end: Addr) {
        self.lowest.fetch_min(begin.0, Relaxed);
        self.highest.fetch_max(end.0, Relaxed);
    }

    /// A shmat of this thread failed.
    pub(super) fn note_failure(&self, thread: i32) {
        self.failed.store(thread, Relaxed);
    }

    /// Whether a fault may have to do with segments; `thread` tells in which thread it is.
    pub fn may_concern(&self, address: Addr, thread: impl FnOnce() -> i32) -> bool {
        let gap = self.gap.load(Relaxed);
        if gap != 0 && address.0.checked_sub(gap).is_some_and(|offset| offset < Gap::SPAN) {
            return true;
        }
        let failed = self.failed.load(Relaxed);
        if failed != 0 && address.0 >= LOWEST_OF_MINUS_ONE {
            return true;
        }
        if failed != 0 && address.0 <= HIGHEST_OF_MINUS_ONE && failed == thread() {
            return true;
        }
        let lowest = self.lowest.load(Relaxed).saturating_sub(NEAR);
        // The end of the last page lies behind the segment's.
        lowest <= address.0 && address.0 < self.highest.load(Relaxed).saturating_add(2 * NEAR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_from_all_segments_is_told_without_asking() {
        let outline = Outline::new();
        let concerns = |address, thread| outline.may_concern(Addr(address), || thread);
        for address in [0, 8, 0x10_0000, 0x7f00_0000_0000, usize::MAX] {
            assert!(!concerns(address, 7), "{address:#x}: nothing was ever attached");
        }
        outline.span(Addr(0x7f00_0000_0000), Addr(0x7f00_0000_0000 + 5000));
        outline.span(Addr(0x7e00_0000_0000), Addr(0x7e00_0000_0000 + 5000));
        for address in [0x7e00_0000_0000 - NEAR, 0x7e80_0000_0000, 0x7f00_0000_2000 + NEAR - 1] {
            assert!(concerns(address, 7), "{address:#x}");
        }
        for address in [0, 0x7e00_0000_0000 - NEAR - 1, 0x7f00_0000_0000 + 3 * NEAR, usize::MAX] {
            assert!(!concerns(address, 7), "{address:#x}");
        }
        outline.note_failure(7);
        assert!(concerns(0, 7) && concerns(4095, 7) && concerns(usize::MAX, 8) && concerns(usize::MAX - 4095, 8));
        let gap = Gap::new(0x7200_0000_0000).unwrap();
        assert!(!concerns(0x7200_0000_0000, 7));
        outline.place_in(&gap);
        assert!(concerns(0x7200_0000_0000, 7) && concerns(0x7200_0000_0000 + Gap::SPAN - 1, 7));
        assert!(!concerns(0x7200_0000_0000 - 1, 7) && !concerns(0x7200_0000_0000 + Gap::SPAN, 7));
        assert!(!concerns(4096, 7) && !concerns(0, 8) && !concerns(usize::MAX - 4096, 7));
    }
}
