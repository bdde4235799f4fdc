//! One segment in the ledger: one slot, written when it is made and marked when its maker removes it: as long as somebody has
//! it attached, it is still asked for.

use super::Sought;
use crate::call::{Key, ShmId};
use crate::record::{Slot, high, low, pair, place};
use crate::site::Site;
use crate::time::Time;

/// Beside the id, in the word that is written last: without it, nothing stands there.
const TAKEN: u32 = 1;
const END_ALIGNED: u32 = 2;
const REMOVED: u32 = 4;
const PLACE_SHIFT: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: ShmId,
    pub key: Key,
    /// Bytes, as asked for.
    pub size: u64,
    /// When it was made, in whole seconds.
    pub time: Time,
    pub site: Site,
    /// Number of the path that ftok made the key of; 0 is none.
    pub path: u32,
    /// Whether its data ends where its pages end (`end_aligned=1`).
    pub end_aligned: bool,
    /// Whether its maker has removed it: it may be attached somewhere.
    pub removed: bool,
}

impl Entry {
    /// The first word is to be written last, and to be 0 until then.
    #[must_use]
    #[inline]
    pub fn store(&self) -> Slot {
        let Self { id, key, size, time, site, path, end_aligned, removed } = *self;
        let (place, number) = place::numbers(site);
        let flags = [(end_aligned, END_ALIGNED), (removed, REMOVED)];
        let taken = flags.iter().filter(|(is_set, _)| *is_set).fold(TAKEN, |kind, (_, flag)| kind | flag);
        let kind = taken | u32::from(place) << PLACE_SHIFT;
        let key = pair(key.0.cast_unsigned(), path);
        [pair(id.0.cast_unsigned(), kind), key, size, time.0.cast_unsigned(), number, 0, 0, 0]
    }

    /// `None` where nothing stands there, or nothing that is known here.
    #[must_use]
    pub fn load(slot: &Slot) -> Option<Self> {
        let [first, key, size, time, number, ..] = *slot;
        let (id, kind) = (Self::id(first), high(first));
        let place = u8::try_from(kind >> PLACE_SHIFT).ok().filter(|_| kind & TAKEN != 0)?;
        Some(Self {
            id,
            key: Key(low(key).cast_signed()),
            size,
            time: Time(time.cast_signed()),
            site: place::site(place, number)?,
            path: high(key),
            end_aligned: kind & END_ALIGNED != 0,
            removed: kind & REMOVED != 0,
        })
    }

    /// Whether the first word of a slot stands for a segment that its maker has not removed.
    #[must_use]
    #[inline]
    pub const fn is_live(first: u64) -> bool {
        high(first) & (TAKEN | REMOVED) == TAKEN
    }

    /// The segment that the first word of a slot stands for, where it stands for any.
    #[must_use]
    #[inline]
    pub const fn id(first: u64) -> ShmId {
        ShmId(low(first).cast_signed())
    }

    /// The first word of the slot, where it has stood for a segment that is removed now.
    #[must_use]
    #[inline]
    pub const fn marked_removed(first: u64) -> u64 {
        first | pair(0, REMOVED)
    }

    /// Whether it stands for the segment and not for an earlier one with its id. The kernel's clock may be a tick behind ours.
    #[must_use]
    pub fn is_of(&self, sought: &Sought) -> bool {
        let made_at = self.time.seconds();
        // The kernel takes the key away with IPC_RMID.
        let is_key = sought.key == self.key || sought.is_removed && sought.key == Key::PRIVATE;
        let is_it = is_key && (self.id, self.size) == (sought.id, sought.size) && made_at <= sought.changed_at + 1;
        is_it && (sought.is_removed || !self.removed)
    }
}
