//! The ledger's binary form: the segments that a process made and that are not removed, where it made them, and who it
//! was. The file outlives the process, for whoever asks later who left a segment behind; every byte of it is a claim.
//!
//! A file begins with [`Head`]. Behind it stand records, as in a journal, that are written once: the program, places,
//! paths. The word [`USED`] counts how far they go. From [`ENTRIES`] on each slot is an [`Entry`], at a place of its own: two
//! segments that are there at one time have different places in the kernel's table, and so they have here.

mod entry;
mod head;
mod home;
mod maker;
mod over;

pub use entry::Entry;
pub use head::{Boot, Head, VERSION};
pub use home::{Home, homes, name, pid_of, usual_runtime};
pub use maker::{Maker, Pages, Told};
pub use over::Around;

use crate::call::{Key, ShmId};
use crate::detail::Status;
use crate::flags::SHM_DEST;
use crate::record::Slot;

/// Index of the word that counts how many of the first slots are taken, the head's own among them.
pub const USED: usize = 8;
/// Slots before the first entry.
pub const ENTRIES: usize = 512;
/// Entries in a file, and in one where the kernel or a limit allows no more. Powers of two: a segment's place is found by its
/// id's lowest bits.
pub const MANY: usize = 1 << 15;
pub const FEW: usize = 512;

/// Bytes of a file.
#[must_use]
pub const fn size(entries: usize) -> usize {
    (ENTRIES + entries) * size_of::<Slot>()
}

/// The slot of a segment in a file with so many entries.
#[must_use]
pub const fn place_of(id: ShmId, entries: usize) -> usize {
    ENTRIES + (id.0.cast_unsigned() as usize & (entries - 1))
}

/// A segment whose maker is asked for, as the kernel has it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sought {
    /// Which run of the machine this is, and which IPC namespace.
    pub boot: Boot,
    pub namespace: u64,
    pub id: ShmId,
    pub key: Key,
    /// Bytes.
    pub size: u64,
    /// Pid of the creator.
    pub creator: i32,
    /// When it was made, or changed by IPC_SET: seconds since the epoch.
    pub changed_at: i64,
    /// Whether it goes with its last detach.
    pub is_removed: bool,
}

impl Sought {
    #[must_use]
    pub const fn new(boot: Boot, namespace: u64, id: ShmId, status: &Status) -> Self {
        let Status { key, size, creator, changed_at, .. } = *status;
        let is_removed = status.owner.mode & SHM_DEST != 0;
        Self { boot, namespace, id, key, size, creator, changed_at, is_removed }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
