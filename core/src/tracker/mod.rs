//! What this process did with shared memory, as far as it could be seen. It may be wrong where the program goes round us:
//! what it says is used to report, never to decide what the kernel is asked. Changed by [`Tracker::record`], which
//! neither allocates nor waits, because it runs under a lock.

mod attachments;
mod created;
mod failed;
mod history;
mod named;
pub mod outline;
mod quarantine;
mod said;
pub mod seen;
mod segments;
mod table;
mod tally;

pub use attachments::{Attachment, Chosen};
pub use created::Created;
pub use failed::Failed;
pub use history::{Detached, Refused, Removed};
pub use named::{Named, Replaced};
pub use quarantine::{Kept, Quarantine};
pub use said::{Cause, Count, Said};
pub use segments::{Origin, Segment, Use};
pub use table::Full;
pub use tally::Tally;

use crate::call::{Addr, Call, Key, Outcome, ShmId};
use crate::flags::{IPC_CREAT, IPC_EXCL, IPC_RMID, IPC_SET, PERMISSIONS, SHM_HUGETLB};
use crate::guard::{Gap, Taken};
use crate::site::Site;
use crate::time::Time;
use history::History;
use named::NamedKeys;
use outline::OUTLINE;
use std::num::NonZeroU64;
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

/// The number of an attachment that [`Tracker::release`] took out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    number: NonZeroU64,
    /// The segment's size in bytes.
    pub size: usize,
    pub chosen: Chosen,
}

/// What every call touches stands first and together.
#[repr(C)]
pub struct Tracker {
    segments: Table<Segment>,
    attachments: Table<Attachment>,
    /// The next attachment's number.
    attached: NonZeroU64,
    /// The IPC namespace that this process began in; 0 where that is not known.
    namespace: u32,
    /// Where attachments are placed; none where the kernel chooses.
    gap: Option<Box<Gap>>,
    detached: History<Detached>,
    removed: History<Removed>,
    refused: History<Refused>,
    /// Segments behind whose end something stood when this process attached them.
    dirty: History<ShmId>,
    named: NamedKeys,
    failed_get: Option<Failed>,
    failed_attach: Option<Failed>,
    /// The number that the next attachment had then.
    attached_at_failure: NonZeroU64,
    failed_ftok: Option<Failed>,
    /// Where ftok last returned 0.
    zero_ftok: Option<Site>,
    said: Said,
    tally: Tally,
    quarantine: Quarantine,
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
            attached: NonZeroU64::MIN,
            namespace: 0,
            detached: History::new(),
            removed: History::new(),
            refused: History::new(),
            dirty: History::new(),
            named: NamedKeys::new(),
            failed_get: None,
            failed_attach: None,
            attached_at_failure: NonZeroU64::MIN,
            failed_ftok: None,
            zero_ftok: None,
            said: Said::new(),
            gap: None,
            quarantine: Quarantine::new(),
            tally: Tally { created: 0, found: 0, removed: 0, attached: 0 },
        }
    }

    /// Takes note of a call and of what it did.
    #[inline]
    pub fn record(&mut self, call: &Call, outcome: Outcome, around: &Surroundings) -> Recorded {
        match (*call, outcome) {
            (Call::Get { key, size, flags }, Ok(value)) => self.record_get(id_of(value), key, size, flags, around),
            (Call::Attach { id, flags, address }, Ok(value)) => {
                let recorded = self.record_attach(id, Addr(value), flags, self.chooser(address, Addr(value)), around);
                if address.0 != 0 && recorded == Recorded::Done {
                    self.keep_clear_of(Addr(value));
                }
                recorded
            }
            (Call::Attach { id, address, flags }, Err(errno)) => {
                self.record_refusal(Refused { id, address, flags, errno, site: around.place.site })
            }
            (Call::Control { id, command: IPC_RMID, .. }, Ok(_)) => self.record_removal(id, around),
            (Call::Control { id, command: IPC_SET, .. }, Ok(_)) => self.record_change(id, around),
            (Call::Ftok { .. }, Ok(0)) => {
                self.zero_ftok = Some(around.place.site);
                Recorded::Done
            }
            _ => Recorded::Done,
        }
    }

    /// The usual shmat that succeeded: of a segment that is known, made here or attached before, with room for one more. `false` where it takes
    /// [`Tracker::record`].
    #[inline]
    pub fn record_known_attach(&mut self, id: ShmId, address: Addr, flags: i32, place: Place) -> bool {
        let Some(segment) = self.segments.get_mut(Segment::key(id)) else { return false };
        if segment.origin == Origin::Found && segment.used != Use::Attached {
            return false;
        }
        segment.used = Use::Attached;
        let size = segment.size;
        self.add_attachment(address, size, id, flags, self.chooser(Addr(0), address), place).is_ok()
    }

    /// Takes out the attachment that begins at `address`, before the detach: as soon as the kernel has the address back, it
    /// may be another thread's.
    #[inline]
    pub fn release(&mut self, address: Addr, place: Place) -> Option<Released> {
        let attachment = self.attachments.remove(Attachment::key(address))?;
        if let Some(gap) = &mut self.gap {
            gap.rest(place_of(address));
        }
        self.detached.push(Detached { attachment, site: place.site, thread: place.thread });
        Some(Released { number: attachment.number, size: attachment.size, chosen: attachment.chosen })
    }

    /// Puts back what [`Tracker::release`] took out, where the detach failed.
    pub fn restore(&mut self, released: Released) {
        let detached = self.detached.take_back(|detached| detached.attachment.number == released.number);
        // After so many other detaches that it was forgotten, we know one attachment less.
        let Some(Detached { attachment, .. }) = detached else { return };
        if let Some(gap) = &mut self.gap {
            gap.take_back(place_of(attachment.address));
        }
        if !self.attachments.contains(Attachment::key(attachment.address)) {
            // The same where others have taken the room in the meantime.
            let _ = self.attachments.insert(attachment);
        }
    }

    fn record_get(&mut self, id: ShmId, key: Key, size: usize, flags: i32, around: &Surroundings) -> Recorded {
        let surely_created = is_creation(key, flags);
        // A new segment with an id that is known: this is another IPC namespace by now, or somebody else removed that one.
        if !surely_created && self.segments.contains(Segment::key(id)) {
            return Recorded::Done;
        }
        let (size_now, mode, origin) = match around.learned {
            _ if surely_created => (size, (flags & PERMISSIONS).cast_unsigned(), Origin::Created),
            Some(learned) => (learned.size, learned.mode, learned.origin),
            None => return Recorded::Asks(id),
        };
        self.add_segment(Segment {
            id,
            key,
            size: size_now,
            asked: size,
            flags,
            mode,
            site: around.place.site,
            origin,
            used: Use::Untouched,
            inherited: false,
            ignored: false,
            namespace: self.namespace,
        })
    }

    fn record_attach(
        &mut self,
        id: ShmId,
        address: Addr,
        flags: i32,
        chosen: Chosen,
        around: &Surroundings,
    ) -> Recorded {
        let size = match (self.segments.get_mut(Segment::key(id)), around.learned) {
            (Some(segment), _) => {
                segment.used = Use::Attached;
                segment.size
            }
            (None, Some(learned)) => learned.size,
            (None, None) => return Recorded::Asks(id),
        };
        match self.add_attachment(address, size, id, flags, chosen, around.place) {
            Ok(()) => Recorded::Done,
            Err(Full { room }) => Recorded::Needs(Wanted::Attachments(room)),
        }
    }

    /// Who chose the place of what was attached at `address`, where the program `named` one, or not.
    #[inline]
    fn chooser(&self, named: Addr, address: Addr) -> Chosen {
        match &self.gap {
            _ if named.0 != 0 => Chosen::ByProgram,
            Some(gap) if gap.contains(address) => Chosen::ByUs,
            _ => Chosen::ByKernel,
        }
    }

    /// The program has chosen the place: where that is in the gap, no other attachment goes there.
    fn keep_clear_of(&mut self, address: Addr) {
        let attachment = self.attachments.get(Attachment::key(address));
        if let Some(gap) = self.gap.as_mut().filter(|gap| gap.contains(address))
            && let Some(attachment) = attachment
        {
            gap.occupy(address, Addr(address.0.saturating_add(attachment.size)));
        }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "every attach comes here: a call more is a tenth of it")]
    fn add_attachment(
        &mut self,
        address: Addr,
        size: usize,
        id: ShmId,
        flags: i32,
        chosen: Chosen,
        Place { site, thread }: Place,
    ) -> Result<(), Full> {
        let number = self.attached;
        self.attachments.insert(Attachment {
            address,
            size,
            id,
            flags,
            site,
            thread,
            number,
            chosen,
            inherited: false,
        })?;
        self.attached = number.saturating_add(1);
        let is_in_gap = match chosen {
            Chosen::ByUs => true,
            Chosen::ByKernel => false,
            Chosen::ByProgram => self.is_in_gap(address),
        };
        if !is_in_gap {
            OUTLINE.span(address, size);
        }
        Ok(())
    }

    /// A shmat that failed: it matters where it was the first with a segment of our own.
    fn record_refusal(&mut self, refused: Refused) -> Recorded {
        if let Some(segment) = self.segments.get_mut(Segment::key(refused.id))
            && segment.used == Use::Untouched
        {
            segment.used = Use::Refused;
            self.refused.push(refused);
        }
        Recorded::Done
    }

    /// The usual removal: of a segment that this process made or found itself. `false` where it takes [`Tracker::record`].
    #[inline]
    pub fn record_known_removal(&mut self, id: ShmId, around: &Surroundings) -> bool {
        let known = self.segments.get(Segment::key(id)).is_some_and(|segment| !segment.inherited);
        if known {
            self.record_removal(id, around);
        }
        known
    }

    fn record_removal(&mut self, id: ShmId, around: &Surroundings) -> Recorded {
        self.tally.removed += 1;
        let segment = self.segments.remove(Segment::key(id));
        let Place { site, thread } = around.place;
        self.removed.push(Removed { id, segment, site, thread, time: around.time, inherited: false });
        Recorded::Done
    }

    /// IPC_SET: the segment may have other permissions now.
    fn record_change(&mut self, id: ShmId, around: &Surroundings) -> Recorded {
        match (self.segments.get_mut(Segment::key(id)), around.learned) {
            (None, _) => Recorded::Done,
            (Some(segment), Some(learned)) => {
                segment.mode = learned.mode;
                Recorded::Done
            }
            (Some(_), None) => Recorded::Asks(id),
        }
    }

    fn add_segment(&mut self, segment: Segment) -> Recorded {
        match self.segments.insert(segment) {
            Ok(()) => {
                match segment.origin {
                    Origin::Created => self.tally.created += 1,
                    Origin::Found => self.tally.found += 1,
                }
                Recorded::Done
            }
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
        self.removed.iter_mut().for_each(|removed| removed.inherited = true);
        self.said.clear();
        self.tally = Tally::default();
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

    /// The attachment in whose pages `address` lies; the newest, because an older one was unmapped behind our back.
    #[must_use]
    pub fn attachment_of(&self, address: Addr, page: usize) -> Option<Attachment> {
        let covering = self.attachments.iter().filter(|attachment| attachment.covers(address, page));
        covering.max_by_key(|attachment| attachment.number).copied()
    }

    /// The last detach of an attachment that began at `address`.
    #[must_use]
    pub fn detached_from(&self, address: Addr) -> Option<Detached> {
        self.detached.newest(|detached| detached.attachment.address == address).copied()
    }

    /// The last detach of an attachment in whose pages `address` lay.
    #[must_use]
    pub fn detached_around(&self, address: Addr, page: usize) -> Option<Detached> {
        let newest = self.detached.newest(|detached| detached.attachment.covers(address, page)).copied();
        newest.or_else(|| Some(self.quarantine.around(address)?.detached))
    }

    /// Keeps others out of where `released` was, by a mapping that has this inode; `false` where there is no room, or it was
    /// forgotten.
    #[must_use]
    pub fn keep(&mut self, released: &Released, begin: Addr, end: Addr, inode: u64) -> bool {
        let detached = self.detached.newest(|detached| detached.attachment.number == released.number);
        detached.is_some_and(|detached| self.quarantine.add(Kept { begin, end, inode, detached: *detached }))
    }

    /// Places that the kernel chose, after their detach.
    pub const fn quarantine(&mut self) -> &mut Quarantine {
        &mut self.quarantine
    }

    /// Whether what is mapped at `address`, and forbids every access, is ours.
    #[must_use]
    pub fn forbids(&self, address: Addr, page: usize) -> bool {
        self.gap.as_ref().is_some_and(|gap| gap.forbids(address, page)) || self.quarantine.around(address).is_some()
    }

    /// Whether attachments are placed around `address`.
    #[must_use]
    pub fn is_in_gap(&self, address: Addr) -> bool {
        self.gap.as_ref().is_some_and(|gap| gap.contains(address))
    }

    /// Between which addresses nothing but the attachment at `place` is used, where it was placed in the gap.
    #[must_use]
    pub fn reach(&self, place: Addr) -> Option<(Addr, Addr)> {
        self.gap.as_ref()?.reach(place)
    }

    /// Whether the thread whose shmat `failed` has not attached anything since.
    #[must_use]
    pub fn is_last_attach_of(&self, failed: &Failed) -> bool {
        let since = |attachment: &Attachment| {
            attachment.thread == failed.thread && attachment.number >= self.attached_at_failure
        };
        !self.attachments.iter().any(since) && self.detached.newest(|detached| since(&detached.attachment)).is_none()
    }

    /// The attach of `id` that was refused, where it was the first and none has succeeded since.
    #[must_use]
    pub fn refusal_of(&self, segment: &Segment) -> Option<Refused> {
        let known = (segment.used == Use::Refused).then(|| self.refused.newest(|refused| refused.id == segment.id));
        known.flatten().copied()
    }

    /// When this process attached `id`, something stood behind its end.
    pub fn note_dirty(&mut self, id: ShmId) {
        self.dirty.push(id);
    }

    /// Whether [`Tracker::note_dirty`] was said of `id`.
    #[must_use]
    pub fn was_dirty(&self, id: ShmId) -> bool {
        self.dirty.newest(|dirty| *dirty == id).is_some()
    }

    /// This process's own removal of `id`.
    #[must_use]
    pub fn removal_of(&self, id: ShmId) -> Option<Removed> {
        self.removed.newest(|removed| removed.id == id).copied()
    }

    /// This process's own removal of the segment that had this key last.
    #[must_use]
    pub fn removal_of_key(&self, key: Key) -> Option<Removed> {
        let had_it = |removed: &Removed| removed.segment.is_some_and(|segment| segment.key == key);
        self.removed.newest(had_it).copied()
    }

    /// Where each of the segments was made that this process has made and not removed.
    pub fn created_sites(&self) -> impl Iterator<Item = Site> {
        self.segments.iter().filter(|segment| segment.is_ours_to_remove()).map(|segment| segment.site)
    }

    /// What is known of `id`, where this process got it.
    #[must_use]
    pub fn segment(&self, id: ShmId) -> Option<Segment> {
        self.segments.get(Segment::key(id)).copied()
    }

    /// The newest attachment of `id`.
    #[must_use]
    pub fn attachment_of_segment(&self, id: ShmId) -> Option<Attachment> {
        let all = self.attachments.iter().filter(|attachment| attachment.id == id);
        all.max_by_key(|attachment| attachment.number).copied()
    }

    /// The newest attachment of `id` at another address than this.
    #[must_use]
    pub fn twin_of(&self, id: ShmId, address: Addr) -> Option<Attachment> {
        let others = self.attachments.iter().filter(|other| other.id == id && other.address != address);
        others.max_by_key(|attachment| attachment.number).copied()
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

    /// Takes note of a call that failed, beside [`Tracker::record`].
    pub fn record_failure(&mut self, failed: Failed) {
        match failed.call {
            Call::Get { .. } => self.failed_get = Some(failed),
            Call::Attach { .. } => {
                self.failed_attach = Some(failed);
                OUTLINE.note_failure(failed.thread);
                self.attached_at_failure = self.attached;
            }
            Call::Ftok { .. } => self.failed_ftok = Some(failed),
            Call::Detach { .. } | Call::Control { .. } => {}
        }
    }

    /// The last shmget that failed.
    #[must_use]
    pub const fn failed_get(&self) -> Option<Failed> {
        self.failed_get
    }

    /// The last shmat that failed.
    #[must_use]
    pub const fn failed_attach(&self) -> Option<Failed> {
        self.failed_attach
    }

    /// The last ftok that failed.
    #[must_use]
    pub const fn failed_ftok(&self) -> Option<Failed> {
        self.failed_ftok
    }

    /// Where ftok returned 0, which is IPC_PRIVATE and no key, for the last time.
    #[must_use]
    pub const fn zero_ftok(&self) -> Option<Site> {
        self.zero_ftok
    }

    /// What ftok has made keys of.
    #[must_use]
    pub const fn named(&self) -> &NamedKeys {
        &self.named
    }

    /// The same, to take note of another one.
    pub const fn named_mut(&mut self) -> &mut NamedKeys {
        &mut self.named
    }

    /// How much of everything there was in this process.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let attached = self.attachments.iter().filter(|attachment| !attachment.inherited).count() as u64;
        Tally { attached, ..self.tally }
    }

    /// A place for the next attachment of `id`, after its last answer, an anchor, was `opened`. `None` where the size is
    /// neither `learned` nor known.
    #[inline]
    pub fn place(&mut self, id: ShmId, learned: Option<usize>, opened: Option<Addr>) -> Option<Taken> {
        let known = self.segments.get(Segment::key(id)).map(|segment| (segment.size, segment.flags));
        let (size, flags) = (learned.or(known.map(|known| known.0))?, known.map_or(0, |known| known.1));
        // Huge pages have their own ideas of where they may begin.
        let Some(gap) = self.gap.as_mut().filter(|_| flags & SHM_HUGETLB == 0) else { return Some(Taken::Nowhere) };
        if let Some(anchor) = opened {
            gap.open(anchor);
        }
        Some(gap.take(size))
    }

    /// Where attachments are placed.
    pub fn gap(&mut self) -> Option<&mut Gap> {
        self.gap.as_deref_mut()
    }

    /// From now on attachments are placed in `gap`. Where they were in another already it is given back, to be freed
    /// outside the lock.
    #[must_use]
    pub fn choose_gap(&mut self, gap: Box<Gap>) -> Option<Box<Gap>> {
        if self.gap.is_some() {
            return Some(gap);
        }
        OUTLINE.place_in(&gap);
        self.gap = Some(gap);
        None
    }

    /// What was reported already.
    pub const fn said(&mut self) -> &mut Said {
        &mut self.said
    }
}

/// Where the pages begin of what is attached at `address`, which is no page's beginning with end_aligned=1. No page is
/// smaller than this, and places are multiples of all.
const fn place_of(address: Addr) -> Addr {
    Addr(address.0 & !4095)
}

/// Whether a shmget that succeeds has made the segment, without asking.
#[inline]
#[must_use]
pub fn is_creation(key: Key, flags: i32) -> bool {
    let exclusive = IPC_CREAT | IPC_EXCL;
    key == Key::PRIVATE || flags & exclusive == exclusive
}

/// A successful shmget's result as an id.
fn id_of(value: usize) -> ShmId {
    ShmId(i32::try_from(value).unwrap_or(-1))
}

#[cfg(test)]
mod tests;
