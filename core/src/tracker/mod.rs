//! What this process did with shared memory, as far as it could be seen. It may be wrong where the program goes round us:
//! what it says is used to report, never to decide what the kernel is asked. Changed by [`Tracker::record`], which
//! neither allocates nor waits, because it runs under a lock.

mod attachments;
mod ftok;
mod said;
mod segments;
mod table;

pub use attachments::Attachment;
pub use ftok::FtokFailure;
pub use said::Said;
pub use segments::{Origin, Segment};
pub use table::Full;

use crate::call::{Addr, Call, Key, Outcome, ShmId};
use crate::flags::{IPC_CREAT, IPC_EXCL, IPC_RMID};
use crate::site::Site;
use table::Table;

/// What the kernel was asked of a segment whose id was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    pub id: ShmId,
    pub key: Key,
    /// Bytes.
    pub size: usize,
    pub origin: Origin,
}

/// What [`Tracker::record`] cannot see in the call itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Where the call was made.
    Site,
    /// What the kernel knows of this segment.
    Segment(ShmId),
}

/// What was found out so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub site: Option<Site>,
    pub learned: Option<Learned>,
}

/// How far [`Tracker::record`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    Done,
    /// Find it out and record again.
    Asks(Question),
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

#[derive(Default)]
pub struct Tracker {
    segments: Table<Segment>,
    attachments: Table<Attachment>,
    ftok_failure: Option<FtokFailure>,
    said: Said,
}

impl Tracker {
    #[must_use]
    pub const fn new() -> Self {
        Self { segments: Table::new(), attachments: Table::new(), ftok_failure: None, said: Said::new() }
    }

    /// Takes note of a call that succeeded. `answer` is what was found out after [`Recorded::Asks`]; the default one the
    /// first time, when most calls need nothing more.
    pub fn record(&mut self, call: &Call, outcome: Outcome, answer: Answer) -> Recorded {
        let Ok(value) = outcome else { return Recorded::Done };
        match *call {
            Call::Get { key, size, flags } => self.record_get(id_of(value), key, size, flags, answer),
            Call::Attach { id, flags, .. } => self.record_attach(id, Addr(value), flags, answer),
            Call::Control { id, command: IPC_RMID, .. } => {
                self.segments.remove(Segment::key(id));
                Recorded::Done
            }
            Call::Detach { .. } | Call::Control { .. } | Call::Ftok { .. } => Recorded::Done,
        }
    }

    /// Takes out the attachment that begins at `address`, before the detach: as soon as the kernel has the address back, it
    /// may be another thread's.
    pub fn release(&mut self, address: Addr) -> Option<Attachment> {
        self.attachments.remove(Attachment::key(address))
    }

    /// Puts back what [`Tracker::release`] took out, where the detach failed.
    pub fn restore(&mut self, attachment: Attachment) {
        if !self.attachments.contains(Attachment::key(attachment.address)) {
            // Where others have taken the room in the meantime, we know one attachment less.
            let _ = self.attachments.insert(attachment);
        }
    }

    fn record_get(&mut self, id: ShmId, key: Key, size: usize, flags: i32, answer: Answer) -> Recorded {
        let exclusive = IPC_CREAT | IPC_EXCL;
        let surely_created = key == Key::PRIVATE || flags & exclusive == exclusive;
        // A new segment with an id that is known: this is another IPC namespace by now, or somebody else removed that one.
        if !surely_created && self.segments.contains(Segment::key(id)) {
            return Recorded::Done;
        }
        let (size_now, origin) = match answer.learned {
            _ if surely_created => (size, Origin::Created),
            Some(learned) => (learned.size, learned.origin),
            None => return Recorded::Asks(Question::Segment(id)),
        };
        let Some(site) = answer.site else { return Recorded::Asks(Question::Site) };
        let segment =
            Segment { id, key, size: size_now, asked: size, flags, site, origin, inherited: false, ignored: false };
        self.add_segment(segment)
    }

    fn record_attach(&mut self, id: ShmId, address: Addr, flags: i32, answer: Answer) -> Recorded {
        let size = match (self.segments.get(Segment::key(id)), answer.learned) {
            (Some(segment), _) => segment.size,
            (None, Some(learned)) => learned.size,
            (None, None) => return Recorded::Asks(Question::Segment(id)),
        };
        let Some(site) = answer.site else { return Recorded::Asks(Question::Site) };
        match self.attachments.insert(Attachment { address, size, id, flags, site, inherited: false }) {
            Ok(()) => Recorded::Done,
            Err(Full { room }) => Recorded::Needs(Wanted::Attachments(room)),
        }
    }

    fn add_segment(&mut self, segment: Segment) -> Recorded {
        match self.segments.insert(segment) {
            Ok(()) => Recorded::Done,
            Err(Full { room }) => Recorded::Needs(Wanted::Segments(room)),
        }
    }

    /// Moves into larger tables; gives the old ones back, to be freed outside the lock.
    pub fn exchange(&mut self, spare: Spare) -> Spare {
        match spare {
            Spare::Segments(table) => Spare::Segments(self.segments.move_into(table)),
            Spare::Attachments(table) => Spare::Attachments(self.attachments.move_into(table)),
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
        self.said = Said::new();
    }

    /// The program says that this segment may stay; `false` where it is not known here.
    pub fn ignore(&mut self, id: ShmId) -> bool {
        let segment = self.segments.get_mut(Segment::key(id));
        segment.map(|segment| segment.ignored = true).is_some()
    }

    /// The attachment in whose pages `address` lies.
    #[must_use]
    pub fn attachment_of(&self, address: Addr, page: usize) -> Option<Attachment> {
        self.attachments.iter().find(|attachment| attachment.covers(address, page)).copied()
    }

    /// How many attachments of `id` are known here.
    #[must_use]
    pub fn attachments_of(&self, id: ShmId) -> u64 {
        self.attachments.iter().filter(|attachment| attachment.id == id).count() as u64
    }

    #[must_use]
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &Segment> {
        self.segments.iter()
    }

    #[must_use]
    pub fn attachments(&self) -> impl ExactSizeIterator<Item = &Attachment> {
        self.attachments.iter()
    }

    pub const fn set_ftok_failure(&mut self, failure: FtokFailure) {
        self.ftok_failure = Some(failure);
    }

    #[must_use]
    pub const fn ftok_failure(&self) -> Option<FtokFailure> {
        self.ftok_failure
    }

    /// What was reported already.
    pub const fn said(&mut self) -> &mut Said {
        &mut self.said
    }
}

/// A successful shmget's result as an id.
fn id_of(value: usize) -> ShmId {
    ShmId(i32::try_from(value).unwrap_or(-1))
}

#[cfg(test)]
mod tests;
