//! Calls that gave what they gave before: the same arguments from the same place with the same id are no news, and need
//! no lock to find that out.

use crate::call::{Key, ShmId};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// A power of two. Ids of living segments differ in their lower bits.
const ROOM: usize = 256;
/// A power of two: places that make segments are few.
const ROOM_FOR_CREATIONS: usize = 64;

/// One shmget each, as a number made of the call and its id. 0 is none.
pub struct Seen {
    slots: [AtomicU64; ROOM],
    /// Those that made a segment, whose id is always new: the call alone.
    creations: [AtomicU64; ROOM_FOR_CREATIONS],
    /// The calls alone of those that are in a slot, or were.
    familiar: [AtomicU64; ROOM_FOR_CREATIONS],
}

impl Seen {
    #[must_use]
    pub const fn new() -> Self {
        Self {
            slots: [const { AtomicU64::new(0) }; ROOM],
            creations: [const { AtomicU64::new(0) }; ROOM_FOR_CREATIONS],
            familiar: [const { AtomicU64::new(0) }; ROOM_FOR_CREATIONS],
        }
    }

    /// Whether a call with this `fingerprint` that gave `id` was the last one noted of that id.
    #[inline]
    pub fn contains(&self, id: ShmId, fingerprint: u64) -> bool {
        self.slot(id).load(Relaxed) == entry(id, fingerprint)
    }

    /// From now on it is no news.
    pub fn note(&self, id: ShmId, fingerprint: u64) {
        self.slot(id).store(entry(id, fingerprint), Relaxed);
        self.familiar[place(fingerprint)].store(fingerprint, Relaxed);
    }

    /// Whether such a call is likely to be no news, whatever its id will be.
    #[inline]
    pub fn is_familiar(&self, fingerprint: u64) -> bool {
        self.familiar[place(fingerprint)].load(Relaxed) == fingerprint
    }

    /// Whether such a call has made a segment before, and was noted.
    #[inline]
    pub fn contains_creation(&self, fingerprint: u64) -> bool {
        self.creations[place(fingerprint)].load(Relaxed) == fingerprint
    }

    /// From now on the next segment that such a call makes is no news to the rules.
    pub fn note_creation(&self, fingerprint: u64) {
        self.creations[place(fingerprint)].store(fingerprint, Relaxed);
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

/// Where a call stands that counts alone.
#[inline]
const fn place(fingerprint: u64) -> usize {
    // The product has spread the call over the upper bits.
    (fingerprint >> 58) as usize % ROOM_FOR_CREATIONS
}

#[inline]
fn entry(id: ShmId, fingerprint: u64) -> u64 {
    fingerprint ^ u64::from(id.0.cast_unsigned())
}

/// A shmget's arguments and its place as one number. Of the key only matters whether it is IPC_PRIVATE: while a segment
/// lives, no other key leads to its id. Two different calls have the same number once in 2^64 times, and then a mistake
/// may go unsaid.
#[inline]
#[must_use]
pub const fn fingerprint(site: u64, key: Key, size: usize, flags: i32) -> u64 {
    let private = (key.0 == Key::PRIVATE.0) as u64;
    let mixed = site ^ (size as u64).rotate_left(20) ^ (flags.cast_unsigned() as u64) << 44 ^ private << 63;
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_call_with_the_same_id_was_seen() {
        let seen = Seen::new();
        let (call, other) =
            (fingerprint(0x4010_0100, Key(7), 4096, 0o600), fingerprint(0x4010_0100, Key(7), 4096, 0o666));
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
        assert!(seen.is_familiar(call) && !seen.is_familiar(other));
    }
    #[test]
    fn a_creation_is_known_by_its_arguments_and_place_alone() {
        let seen = Seen::new();
        let of = |site, key, size, flags| fingerprint(site, Key(key), size, flags);
        let call = of(0x4010_0100, 0, 4096, 0o600);
        assert!(!seen.contains_creation(call));
        seen.note_creation(call);
        assert!(seen.contains_creation(call));
        let others = [
            of(0x4010_0104, 0, 4096, 0o600),
            of(0x4010_0100, 7, 4096, 0o600),
            of(0x4010_0100, 0, 4097, 0o600),
            of(0x4010_0100, 0, 4096, 0o666),
        ];
        assert!(others.iter().all(|other| !seen.contains_creation(*other)));
        assert_eq!(call, of(0x4010_0100, 0, 4096, 0o600));
        assert_eq!(others[1], of(0x4010_0100, 8, 4096, 0o600), "which key it is does not matter");
    }
}
