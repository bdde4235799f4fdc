//! Takes note of what the calls did, under the lock: nothing here allocates or waits.

use super::history::{Detached, Refused, Removed};
use super::outline::OUTLINE;
use super::table::Full;
use super::{
    Attachment, Chosen, Failed, Origin, Place, Recorded, Released, Segment, Spare, Surroundings, Tracker, Use, Wanted,
    is_creation,
};
use crate::call::{Addr, Call, Key, Outcome, ShmId};
use crate::flags::{IPC_RMID, IPC_SET, PERMISSIONS};

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
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is handed over would be written to the stack, and read again")]
    pub fn record_known_attach(&mut self, id: ShmId, address: Addr, flags: i32, place: Place) -> bool {
        let Some(segment) = self.segments.get_mut(Segment::key(id)) else { return false };
        if segment.origin == Origin::Found && segment.used != Use::Attached {
            return false;
        }
        segment.used = Use::Attached;
        let size = segment.size;
        self.add_attachment(address, size, id, flags, self.chooser(Addr(0), address), place).is_ok()
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

    /// Takes out the attachment that begins at `address`, before the detach: as soon as the kernel has the address back, it
    /// may be another thread's.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is handed over would be written to the stack, and read again")]
    pub fn release(&mut self, address: Addr, place: Place) -> Option<Released> {
        let released = self.attachments.take(Attachment::key(address), |attachment| {
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
