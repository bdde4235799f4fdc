//! One segment that this process got or created.

use super::table::Entry;
use crate::call::{Key, ShmId};
use crate::site::Site;

/// What became of it in this process, as far as shmat(2) goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Nobody has tried.
    Untouched,
    /// The first attach failed, and none has succeeded since.
    Refused,
    /// It was attached.
    Attached,
}

/// How this process came by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This process made it.
    Created,
    /// It was there.
    Found,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub id: ShmId,
    pub key: Key,
    /// Its size in bytes.
    pub size: usize,
    /// The bytes asked of the shmget that gave the id: fewer than `size` at times.
    pub asked: usize,
    /// The flags of that shmget.
    pub flags: i32,
    /// Permission bits.
    pub mode: u32,
    /// Where that shmget was.
    pub site: Site,
    pub origin: Origin,
    pub used: Use,
    /// Known from before a fork, in the child.
    pub inherited: bool,
    /// The program said that it may stay.
    pub ignored: bool,
    /// The IPC namespace that this process was in, as far as that is known; else 0.
    pub namespace: u32,
}

impl Segment {
    #[expect(clippy::cast_sign_loss, reason = "any one-to-one mapping serves as a key")]
    pub(super) const fn key(id: ShmId) -> u64 {
        id.0 as u64
    }

    /// Whether this process answers for its removal.
    #[must_use]
    pub fn is_ours_to_remove(&self) -> bool {
        self.origin == Origin::Created && !self.inherited && !self.ignored
    }
}

impl Entry for Segment {
    const VACANT: Self = Self {
        id: ShmId(-1),
        key: Key::PRIVATE,
        size: 0,
        asked: 0,
        flags: 0,
        mode: 0,
        site: Site::UNKNOWN,
        origin: Origin::Found,
        used: Use::Untouched,
        inherited: false,
        ignored: false,
        namespace: 0,
    };
    const BOUND: usize = 1 << 15;

    fn key(&self) -> u64 {
        Self::key(self.id)
    }
}
