//! Takes note of what the calls did, under the lock: nothing here allocates or waits.

use super::history::{Detached, Refused, Removed};
use super::outline::OUTLINE;
use super::table::Full;
use super::{
    Attachment, Chosen, Failed, Learned, Origin, Place, Recorded, Released, Segment, Spare, Surroundings, Tracker, Use,
    Wanted, is_creation,
};
use crate::call::{Addr, Call, Key, Outcome, ShmId};
use crate::flags::{IPC_RMID, IPC_SET, PERMISSIONS};
use crate::site::Site;
use crate::time::Time;
use std::hint::cold_path;

impl Tracker {
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
            (Call::Control { id, command: IPC_RMID, .. }, Ok(_)) => {
                self.record_removal(id, around.place.site, around.time)
            }
            (Call::Control { id, command: IPC_SET, .. }, Ok(_)) => self.record_change(id, around),
            (Call::Ftok { .. }, Ok(0)) => {
                self.zero_ftok = Some(around.place.site);
                Recorded::Done
            }
            _ => Recorded::Done,
        }
    }

    /// The usual shmat that succeeded: of a segment that was made here or attached before, with room for one more. `false`
    /// where it takes [`Tracker::record`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is handed over would be written to the stack, and read again")]
    pub fn record_known_attach(&mut self, id: ShmId, address: Addr, flags: i32, place: Place) -> bool {
        let size = match self.segments.get_mut(Segment::key(id)) {
            Some(segment) if segment.origin == Origin::Found && segment.used != Use::Attached => {
                cold_path();
                return false;
            }
            Some(segment) => {
                segment.used = Use::Attached;
                segment.size
            }
            None => match self.size_of_known_stranger(id) {
                Some(size) => size,
                None => return false,
            },
        };
        self.add_attachment(address, size, id, flags, self.chooser(Addr(0), address), place).is_ok()
    }

    /// The usual shmget that has surely made a segment, where there is room for one more. `false` where it takes
    /// [`Tracker::record`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is handed over would be written to the stack, and read again")]
    pub fn record_known_creation(&mut self, id: ShmId, key: Key, size: usize, flags: i32, place: Place) -> bool {
        let made = self.made(id, key, size, flags, place);
        if self.segments.insert(made).is_err() {
            return false;
        }
        self.created += 1;
        true
    }

    /// The usual removal: of a segment that this process made or found itself. `false` where it takes [`Tracker::record`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is handed over would be written to the stack, and read again")]
    pub fn record_known_removal(&mut self, id: ShmId, site: Site, time: Time) -> bool {
        let removed = self.segments.take_if(Segment::key(id), |segment| {
            let Segment { key, flags, .. } = *segment;
            let removed = Removed { id, key, flags, site, time, inherited: false };
            (!segment.inherited).then(|| self.removed.push(removed))
        });
        if removed.is_none() {
            return false;
        }
        self.removals += 1;
        true
    }

    /// Takes out the attachment that begins at `address`, before the detach: as soon as the kernel has the address back, it
    /// may be another thread's.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is handed over would be written to the stack, and read again")]
    pub fn release(&mut self, address: Addr, place: Place) -> Option<Released> {
        let released = self.attachments.take_if(Attachment::key(address), |attachment| {
            self.detached.push(Detached { attachment: *attachment, site: place.site, thread: place.thread });
            Released::new(attachment)
        })?;
        if let Some(gap) = &mut self.gap {
            gap.rest(place_of(address));
        }
        Some(released)
    }

    /// Puts back what [`Tracker::release`] took out, where the detach failed.
    pub fn restore(&mut self, released: Released) {
        let detached = self.detached.take_back(|detached| released.is_of(&detached.attachment));
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

    /// The attachment is gone without a shmdt.
    pub fn forget_attachment(&mut self, gone: &Attachment) {
        let key = Attachment::key(gone.address);
        let taken = self.attachments.take_if(key, |attachment| (attachment.number == gone.number).then_some(()));
        if let (Some(()), Some(gap)) = (taken, &mut self.gap) {
            gap.rest(place_of(gone.address));
        }
    }

    fn record_get(&mut self, id: ShmId, key: Key, size: usize, flags: i32, around: &Surroundings) -> Recorded {
        let surely_created = is_creation(key, flags);
        // A new segment with an id that is known: this is another IPC namespace by now, or somebody else removed that one.
        if !surely_created && self.segments.contains(Segment::key(id)) {
            return Recorded::Done;
        }
        let made = self.made(id, key, size, flags, around.place);
        match around.learned {
            _ if surely_created => self.add_segment(made),
            Some(Learned { size, mode, origin, .. }) => self.add_segment(Segment { size, mode, origin, ..made }),
            None => Recorded::Asks(id),
        }
    }

    /// What this call has made, if it has made anything.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is handed over would be written to the stack, and read again")]
    fn made(&self, id: ShmId, key: Key, size: usize, flags: i32, place: Place) -> Segment {
        Segment {
            id,
            key,
            size,
            asked: size,
            flags,
            mode: (flags & PERMISSIONS).cast_unsigned(),
            site: place.site,
            origin: Origin::Created,
            used: Use::Untouched,
            inherited: false,
            ignored: false,
            namespace: self.namespace,
        }
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
            (None, Some(learned)) => {
                self.strangers.learn(id, learned.size);
                learned.size
            }
            (None, None) => match self.strangers.size(id) {
                Some(size) => size,
                None => return Recorded::Asks(id),
            },
        };
        self.strangers.meet(id);
        match self.add_attachment(address, size, id, flags, chosen, around.place) {
            Ok(()) => Recorded::Done,
            Err(Full { room }) => Recorded::Needs(Wanted::Attachments(room)),
        }
    }

    #[cold]
    #[inline(never)]
    fn size_of_known_stranger(&self, id: ShmId) -> Option<usize> {
        self.strangers.size_of_known(id)
    }

    /// A shmat that failed: it matters where it was the first with a segment of our own.
    fn record_refusal(&mut self, refused: Refused) -> Recorded {
        self.strangers.forget(refused.id);
        if let Some(segment) = self.segments.get_mut(Segment::key(refused.id))
            && segment.used == Use::Untouched
        {
            segment.used = Use::Refused;
            self.refused.push(refused);
        }
        Recorded::Done
    }

    fn record_removal(&mut self, id: ShmId, site: Site, time: Time) -> Recorded {
        self.removals += 1;
        self.strangers.forget(id);
        let segment = self.segments.remove(Segment::key(id));
        let (key, flags) = segment.map_or((Key::PRIVATE, 0), |segment| (segment.key, segment.flags));
        self.removed.push(Removed { id, key, flags, site, time, inherited: false });
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
        self.attached = number.wrapping_add(1);
        let end = Addr(address.0.wrapping_add(size));
        #[expect(clippy::needless_bitwise_bool, reason = "one jump for both: hardly any attach takes it")]
        let is_further_out = (address < self.outlined.0) | (end > self.outlined.1);
        if is_further_out && chosen != Chosen::ByUs {
            cold_path();
            self.outline(address, end);
        }
        Ok(())
    }

    /// Something was attached further out than anything before.
    #[cold]
    #[inline(never)]
    fn outline(&mut self, begin: Addr, end: Addr) {
        if self.is_in_gap(begin) {
            return;
        }
        self.outlined = (self.outlined.0.min(begin), self.outlined.1.max(end));
        OUTLINE.span(self.outlined.0, self.outlined.1);
    }

    fn add_segment(&mut self, segment: Segment) -> Recorded {
        match self.segments.insert(segment) {
            Ok(()) => {
                match segment.origin {
                    Origin::Created => self.created += 1,
                    Origin::Found => self.found += 1,
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
}

/// Where the pages begin of what is attached at `address`, which is no page's beginning with end_aligned=1. No page is
/// smaller than this, and places are multiples of all.
const fn place_of(address: Addr) -> Addr {
    Addr(address.0 & !4095)
}

/// A successful shmget's result as an id.
fn id_of(value: usize) -> ShmId {
    ShmId(i32::try_from(value).unwrap_or(-1))
}
