//! What this process did with shared memory, as far as it could be seen. It may be wrong where the program goes round us:
//! what it says is used to report, never to decide what the kernel is asked. Changed by [`Tracker::record`], which
//! neither allocates nor waits, because it runs under a lock.

mod answers;
mod attachments;
mod created;
mod failed;
mod history;
mod named;
pub mod outline;
mod places;
mod quarantine;
mod record;
mod released;
mod said;
pub mod seen;
mod segments;
mod strangers;
mod table;
mod tally;

pub use attachments::{Attachment, Chosen};
pub use created::Created;
pub use failed::Failed;
pub use history::{Detached, Refused, Removed};
pub use named::{Named, Replaced};
pub use quarantine::{Kept, Quarantine};
pub use released::Released;
pub use said::{Cause, Count, Said};
pub use segments::{Origin, Segment, Use};
pub use table::Full;
pub use tally::Tally;

use crate::call::{Addr, Key, ShmId};
use crate::flags::{IPC_CREAT, IPC_EXCL};
use crate::guard::Gap;
use crate::site::Site;
use crate::time::Time;
use history::History;
use named::NamedKeys;
use strangers::Strangers;
use table::Table;

/// What the kernel was asked of a segment whose id was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    pub id: ShmId,
    pub key: Key,
    /// Bytes.
    pub size: usize,
    /// Permission bits.
    pub mode: u32,
    pub origin: Origin,
}

/// The place of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub site: Site,
    /// The thread's id (gettid(2)).
    pub thread: i32,
}

/// What [`Tracker::record`] cannot see in the call itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    pub place: Place,
    /// What the kernel knows of the segment; to be asked for only after [`Recorded::Asks`].
    pub learned: Option<Learned>,
    /// Now; of a removal only.
    pub time: Time,
}

/// How far [`Tracker::record`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    Done,
    /// Find out what the kernel knows of this segment, and record again.
    Asks(ShmId),
    /// There is no room: [`Spare::allocate`] some, [`Tracker::exchange`] it and record again.
    Needs(Wanted),
}

/// Which table is full, and the room it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Segments(usize),
    Attachments(usize),
}

/// Room for a table, allocated before the lock is taken and freed after.
pub enum Spare {
    Segments(Table<Segment>),
    Attachments(Table<Attachment>),
}

impl Spare {
    /// `None` where there is no memory, or where the table has reached its bound.
    #[must_use]
    pub fn allocate(wanted: Wanted) -> Option<Self> {
        match wanted {
            Wanted::Segments(room) => Table::with_room(room).map(Self::Segments),
            Wanted::Attachments(room) => Table::with_room(room).map(Self::Attachments),
        }
    }
}

/// What every call touches stands first and together: behind a lock of 8 bytes, what is here of all has a line of the cache, the
/// first segment one, the first attachment one, and each detach that is remembered.
#[repr(C)]
pub struct Tracker {
    /// The next attachment's number.
    attached: u64,
    /// The IPC namespace that this process began in; 0 where that is not known.
    namespace: u32,
    /// Where attachments are placed; none where the kernel chooses.
    gap: Option<Box<Gap>>,
    /// Between these lies all that the outline has heard of.
    outlined: (Addr, Addr),
    /// Segments that this process made.
    created: u64,
    /// Calls that removed one.
    removals: u64,
    segments: Table<Segment>,
    /// Segments that it got and others had made.
    found: u64,
    attachments: Table<Attachment>,
    detached: History<Detached>,
    removed: History<Removed>,
    refused: History<Refused>,
    /// Segments behind whose end something stood when this process attached them.
    dirty: History<ShmId>,
    named: NamedKeys,
    failed_get: Option<Failed>,
    failed_attach: Option<Failed>,
    /// The number that the next attachment had then.
    attached_at_failure: u64,
    failed_ftok: Option<Failed>,
    /// Where ftok last returned 0.
    zero_ftok: Option<Site>,
    said: Said,
    quarantine: Quarantine,
    strangers: Strangers,
}

impl Default for Tracker {
    fn default() -> Self {
        Self::new()
    }
}

impl Tracker {
    #[must_use]
    pub const fn new() -> Self {
        Self {
            segments: Table::new(),
            attachments: Table::new(),
            attached: 1,
            namespace: 0,
            detached: History::new(),
            removed: History::new(),
            refused: History::new(),
            dirty: History::new(),
            named: NamedKeys::new(),
            failed_get: None,
            failed_attach: None,
            attached_at_failure: 1,
            failed_ftok: None,
            zero_ftok: None,
            said: Said::new(),
            gap: None,
            outlined: (Addr(usize::MAX), Addr(0)),
            quarantine: Quarantine::new(),
            strangers: Strangers::new(),
            created: 0,
            found: 0,
            removals: 0,
        }
    }

    /// The segment is gone without this process's doing.
    pub fn forget(&mut self, id: ShmId) {
        self.segments.remove(Segment::key(id));
    }

    /// This process is the child of a fork: what is here now is the parent's to answer for.
    pub fn become_child(&mut self) {
        self.segments.iter_mut().for_each(|segment| segment.inherited = true);
        self.attachments.iter_mut().for_each(|attachment| attachment.inherited = true);
        self.removed.iter_mut().for_each(|removed| removed.inherited = true);
        self.said.clear();
        (self.created, self.found, self.removals) = (0, 0, 0);
    }

    /// What this process gets from now on is of this IPC namespace; 0 where that is not known.
    pub const fn enter_namespace(&mut self, namespace: u32) {
        self.namespace = namespace;
    }

    /// The program says that this segment may stay; `false` where it is not known here.
    pub fn ignore(&mut self, id: ShmId) -> bool {
        let segment = self.segments.get_mut(Segment::key(id));
        segment.map(|segment| segment.ignored = true).is_some()
    }

    /// When this process attached `id`, something stood behind its end.
    pub fn note_dirty(&mut self, id: ShmId) {
        self.dirty.push(id);
    }

    /// The same, to take note of another one.
    pub const fn named_mut(&mut self) -> &mut NamedKeys {
        &mut self.named
    }

    /// What was reported already.
    pub const fn said(&mut self) -> &mut Said {
        &mut self.said
    }
}

/// Whether a shmget that succeeds has made the segment, without asking.
#[inline]
#[must_use]
pub fn is_creation(key: Key, flags: i32) -> bool {
    let exclusive = IPC_CREAT | IPC_EXCL;
    key == Key::PRIVATE || flags & exclusive == exclusive
}

#[cfg(test)]
mod tests;
