//! The segments of this IPC namespace. The system calls tell all that is needed, without /proc and whatever rights one has;
//! /proc/sysvipc/shm is asked only for what they do not tell.

use super::{Creator, Creators, now};
use crate::sys::segments;
use shmsan_core::call::{Key, ShmId};
use shmsan_core::detail::Status;
use shmsan_core::facts::Life;
use shmsan_core::machine::{Residence, State, residences};
use std::collections::HashMap;
use std::io;

/// One segment.
#[derive(Debug)]
pub struct Segment {
    pub id: ShmId,
    pub status: Status,
    /// `None` where /proc is not there to be asked.
    pub residence: Option<Residence>,
    pub creator: Creator,
    /// Whether the process still runs that attached or detached it last.
    pub last_user: Life,
}

impl Segment {
    pub const fn state(&self) -> State {
        State::of(&self.status, self.creator.life)
    }

    /// Whether this user made it, or owns it now.
    pub fn belongs_to(&self, uid: u32) -> bool {
        [self.status.owner.uid, self.status.creator_uid].contains(&uid)
    }

    /// For how many seconds nobody has made, changed, attached or detached it.
    pub fn unused_for(&self) -> u64 {
        let Status { changed_at, attached_at, detached_at, .. } = self.status;
        since(changed_at.max(attached_at).max(detached_at))
    }

    /// For how many seconds nothing was changed by creation or IPC_SET: the kernel keeps no other time of creation.
    pub fn age(&self) -> u64 {
        since(self.status.changed_at)
    }
}

/// Seconds; none for a time that is still to come.
fn since(time: i64) -> u64 {
    u64::try_from(now() - time).unwrap_or_default()
}

/// Why there is nothing to show.
#[derive(Debug)]
pub enum Unseen {
    /// There is no such segment.
    Absent,
    Failed(io::Error),
}

impl From<io::Error> for Unseen {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(libc::EINVAL | libc::ENOENT) => Self::Absent,
            _ => Self::Failed(error),
        }
    }
}

/// One look at the namespace: what several segments share is read once.
#[derive(Default)]
pub struct Look {
    residences: Option<HashMap<ShmId, Residence>>,
    creators: Creators,
}

impl Look {
    /// Every segment, in the order of the kernel's table. `progress` is told how many places of how many are done.
    ///
    /// # Errors
    /// Where the kernel has no System V IPC.
    pub fn all(&mut self, mut progress: impl FnMut(u64, u64)) -> io::Result<Vec<Segment>> {
        let (last, _) = segments::usage()?;
        let mut found = Vec::new();
        for place in 0..=last {
            if let Ok((id, Some(status))) = segments::at(place) {
                found.push(self.segment(id, status));
            }
            progress(u64::from(place.cast_unsigned()) + 1, u64::from(last.cast_unsigned()) + 1);
        }
        self.creators.tidy();
        Ok(found)
    }

    /// # Errors
    /// Where there is none.
    pub fn at(&mut self, id: ShmId) -> Result<Segment, Unseen> {
        status_of(id).map(|status| self.segment(id, status))
    }

    fn segment(&mut self, id: ShmId, status: Status) -> Segment {
        let read = || residences(&std::fs::read("/proc/sysvipc/shm").unwrap_or_default());
        let residence = self.residences.get_or_insert_with(read).get(&id).copied();
        let last_used = status.attached_at.max(status.detached_at);
        let last_user = self.creators.life(status.last, last_used);
        Segment { id, status, residence, creator: self.creators.of(id, &status), last_user }
    }
}

/// What the kernel says of it now.
///
/// # Errors
/// Where there is none.
pub fn status_of(id: ShmId) -> Result<Status, Unseen> {
    match segments::at(id.0)? {
        // Another segment may have its place.
        (tenant, Some(status)) if tenant == id => Ok(status),
        _ => Err(Unseen::Absent),
    }
}

/// # Errors
/// Where no segment has this key.
pub fn id_of(key: Key) -> Result<ShmId, Unseen> {
    Ok(segments::with_key(key)?)
}
