//! Where attachments are placed, and what is kept from being used again.

use super::outline::OUTLINE;
use super::{Attachment, Chosen, Kept, Quarantine, Released, Segment, Tracker};
use crate::call::{Addr, ShmId};
use crate::flags::SHM_HUGETLB;
use crate::guard::{Gap, Taken};

impl Tracker {
    /// A place for the next attachment of `id`, after its last answer, an anchor, was `opened`. `None` where the size is
    /// neither `learned` nor known.
    #[inline]
    pub fn place(&mut self, id: ShmId, learned: Option<usize>, opened: Option<Addr>) -> Option<Taken> {
        let known = self.segments.get(Segment::key(id)).map(|segment| (segment.size, segment.flags));
        let (known, flags) = known.map_or_else(|| (self.strangers.size(id), 0), |(size, flags)| (Some(size), flags));
        let size = learned.or(known)?;
        // Huge pages have their own ideas of where they may begin.
        let Some(gap) = self.gap.as_mut().filter(|_| flags & SHM_HUGETLB == 0) else { return Some(Taken::Nowhere) };
        if let Some(anchor) = opened {
            gap.open(anchor);
        }
        Some(gap.take(size))
    }

    /// The kernel has told the `size` in bytes of a segment that this process has not got.
    pub const fn learn_size(&mut self, id: ShmId, size: usize) {
        self.strangers.learn(id, size);
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

    /// Who chose the place of what was attached at `address`, where the program `named` one, or not.
    #[inline]
    pub(super) fn chooser(&self, named: Addr, address: Addr) -> Chosen {
        match &self.gap {
            Some(_) if named.0 != 0 => Chosen::ByProgram,
            Some(gap) if gap.contains(address) => Chosen::ByUs,
            Some(_) => Chosen::ByKernel,
            // Where no place is ever chosen here, none has to be kept: as if the program had named it.
            None => Chosen::ByProgram,
        }
    }

    /// The program has chosen the place: where that is in the gap, no other attachment goes there.
    pub(super) fn keep_clear_of(&mut self, address: Addr) {
        let attachment = self.attachments.get(Attachment::key(address));
        if let Some(gap) = self.gap.as_mut().filter(|gap| gap.contains(address))
            && let Some(attachment) = attachment
        {
            gap.occupy(address, Addr(address.0.saturating_add(attachment.size)));
        }
    }

    /// Whether attachments are placed around `address`.
    #[inline]
    #[must_use]
    pub fn is_in_gap(&self, address: Addr) -> bool {
        self.gap.as_deref().is_some_and(|gap| gap.contains(address))
    }

    /// Between which addresses nothing but the attachment at `place` is used, where it was placed in the gap.
    #[must_use]
    pub fn reach(&self, place: Addr) -> Option<(Addr, Addr)> {
        self.gap.as_ref()?.reach(place)
    }

    /// Whether what is mapped at `address`, and forbids every access, is ours.
    #[must_use]
    pub fn forbids(&self, address: Addr, page: usize) -> bool {
        self.gap.as_ref().is_some_and(|gap| gap.forbids(address, page)) || self.quarantine.around(address).is_some()
    }

    /// Keeps others out of where `released` was, by a mapping that has this inode; `false` where there is no room, or it was
    /// forgotten.
    #[must_use]
    pub fn keep(&mut self, released: &Released, begin: Addr, end: Addr, inode: u64) -> bool {
        let detached = self.detached.newest(|detached| released.is_of(&detached.attachment));
        detached.is_some_and(|detached| self.quarantine.add(Kept { begin, end, inode, detached: *detached }))
    }

    /// Places that the kernel chose, after their detach.
    pub const fn quarantine(&mut self) -> &mut Quarantine {
        &mut self.quarantine
    }
}
