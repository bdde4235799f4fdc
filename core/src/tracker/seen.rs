//! Calls that gave what they gave before: the same arguments from the same place with the same id are no news, and need
//! no lock to find that out.

use crate::call::ShmId;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// A power of two. Ids of living segments differ in their lower bits.
const ROOM: usize = 256;

/// One shmget each, as a number made of the call and its id. 0 is none.
pub struct Seen {
    slots: [AtomicU64; ROOM],
}

impl Seen {
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: [const { AtomicU64::new(0) }; ROOM] }
    }

    /// Whether a call with this `fingerprint` that gave `id` was the last one noted of that id.
    #[inline]
    pub fn contains(&self, id: ShmId, fingerprint: u64) -> bool {
        self.slot(id).load(Relaxed) == entry(id, fingerprint)
    }

    /// From now on it is no news.
    pub fn note(&self, id: ShmId, fingerprint: u64) {
        self.slot(id).store(entry(id, fingerprint), Relaxed);
    }

    /// Whatever is said of `id` next is news.
    pub fn forget(&self, id: ShmId) {
        self.slot(id).store(0, Relaxed);
    }

    #[inline]
    fn slot(&self, id: ShmId) -> &AtomicU64 {
        &self.slots[usize::from(id.0.to_le_bytes()[0])]
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self::new()
    }
}

#[inline]
fn entry(id: ShmId, fingerprint: u64) -> u64 {
    fingerprint ^ u64::from(id.0.cast_unsigned())
}

/// A shmget's arguments and its place as one number. The key is left out: while the segment lives, no other one leads to
/// its id. Two different calls have the same number once in 2^64 times, and then a mistake may go unsaid.
#[inline]
#[must_use]
pub const fn fingerprint(site: u64, size: usize, flags: i32) -> u64 {
    let mixed = site ^ (size as u64).rotate_left(20) ^ (flags.cast_unsigned() as u64) << 44;
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_call_with_the_same_id_was_seen() {
        let seen = Seen::new();
        let (call, other) = (fingerprint(0x4010_0100, 4096, 0o600), fingerprint(0x4010_0100, 4096, 0o666));
        assert!(!seen.contains(ShmId(0), call));
        seen.note(ShmId(0), call);
        assert!(seen.contains(ShmId(0), call));
        assert!(!seen.contains(ShmId(0), other));
        // In the same slot.
        assert!(!seen.contains(ShmId(256), call));
        seen.note(ShmId(256), call);
        assert!(!seen.contains(ShmId(0), call) && seen.contains(ShmId(256), call));
        seen.forget(ShmId(256));
        assert!(!seen.contains(ShmId(256), call));
    }
}
