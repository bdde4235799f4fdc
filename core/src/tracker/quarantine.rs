//! Places that the kernel chose and got back by a detach, and where something of ours keeps others out for a while, so that
//! whoever still uses them faults. First in, first out.

use super::Detached;
use crate::call::Addr;

/// So many at most: each is a mapping, of which a process may have some 65,000.
pub(super) const ROOM: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub begin: Addr,
    /// Behind its last byte.
    pub end: Addr,
    /// Of what was mapped there: no other mapping has it.
    pub inode: u64,
    /// What was attached there.
    pub detached: Detached,
}

impl Kept {
    const fn size(&self) -> usize {
        self.end.0 - self.begin.0
    }

    const fn overlaps(&self, begin: Addr, end: Addr) -> bool {
        self.begin.0 < end.0 && begin.0 < self.end.0
    }
}

pub struct Quarantine {
    /// The oldest first, then nothing.
    entries: [Option<Kept>; ROOM],
}

impl Quarantine {
    pub(super) const fn new() -> Self {
        Self { entries: [None; ROOM] }
    }

    fn len(&self) -> usize {
        self.all().count()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries[0].is_none()
    }

    /// Which one has to go before `size` bytes more are kept, of `limit` in all.
    #[must_use]
    pub fn in_the_way_of(&self, size: usize, limit: usize) -> Option<Kept> {
        let in_use: usize = self.all().map(Kept::size).sum();
        let is_full = self.len() == ROOM || in_use.saturating_add(size) > limit;
        if is_full { self.entries[0] } else { None }
    }

    /// One that has a byte between two addresses.
    #[must_use]
    pub fn between(&self, begin: Addr, end: Addr) -> Option<Kept> {
        self.all().find(|kept| kept.overlaps(begin, end)).copied()
    }

    /// The one that `address` lies in.
    #[must_use]
    pub fn around(&self, address: Addr) -> Option<Kept> {
        self.between(address, Addr(address.0.saturating_add(1)))
    }

    /// `false` where there is no room.
    #[must_use]
    pub fn add(&mut self, kept: Kept) -> bool {
        let free = self.entries.iter_mut().find(|entry| entry.is_none());
        free.map(|entry| *entry = Some(kept)).is_some()
    }

    pub fn forget(&mut self, inode: u64) {
        let Some(found) = self.all().position(|kept| kept.inode == inode) else { return };
        self.entries[found] = None;
        self.entries[found..].rotate_left(1);
    }

    fn all(&self) -> impl Iterator<Item = &Kept> {
        self.entries.iter().map_while(Option::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::ShmId;
    use crate::site::Site;
    use crate::tracker::{Attachment, Chosen};

    const MB: usize = 1 << 20;

    /// A megabyte for each number.
    fn kept(number: u8) -> Kept {
        let attachment = Attachment {
            address: Addr(usize::from(number) * MB),
            size: MB,
            id: ShmId(5),
            flags: 0,
            site: Site::UNKNOWN,
            thread: 7,
            number: 1,
            chosen: Chosen::ByKernel,
            inherited: false,
        };
        Kept {
            begin: attachment.address,
            end: Addr(attachment.address.0 + MB),
            inode: u64::from(number),
            detached: Detached { attachment, site: Site::UNKNOWN, thread: 7 },
        }
    }

    fn holding(numbers: std::ops::Range<u8>) -> Quarantine {
        let mut quarantine = Quarantine::new();
        numbers.for_each(|number| assert!(quarantine.add(kept(number))));
        quarantine
    }

    #[test]
    fn the_oldest_has_to_go_where_there_are_too_many_or_too_many_bytes() {
        let mut quarantine = holding(1..4);
        assert!(!quarantine.is_empty());
        assert_eq!((quarantine.in_the_way_of(MB, 4 * MB), quarantine.len()), (None, 3));
        assert_eq!(quarantine.in_the_way_of(MB + 1, 4 * MB), Some(kept(1)));
        assert_eq!(quarantine.in_the_way_of(usize::MAX, 4 * MB), Some(kept(1)));
        quarantine.forget(2);
        quarantine.forget(9);
        assert_eq!((quarantine.in_the_way_of(MB, 2 * MB), quarantine.len()), (Some(kept(1)), 2));
        quarantine.forget(1);
        assert_eq!(quarantine.in_the_way_of(MB, MB), Some(kept(3)));
        quarantine.forget(3);
        assert!(quarantine.is_empty() && quarantine.in_the_way_of(9 * MB, MB).is_none());
        let mut full = holding(0..64);
        assert_eq!(full.in_the_way_of(1, usize::MAX), Some(kept(0)));
        assert!(!full.add(kept(64)));
        full.forget(0);
        assert!(full.add(kept(64)) && full.in_the_way_of(1, usize::MAX) == Some(kept(1)));
    }

    #[test]
    fn what_a_named_range_touches_is_found() {
        let quarantine = holding(2..4);
        let between = |begin: usize, end: usize| quarantine.between(Addr(begin), Addr(end)).map(|kept| kept.inode);
        assert_eq!((between(0, 2 * MB), between(4 * MB, 9 * MB)), (None, None));
        assert_eq!((between(0, 2 * MB + 1), between(4 * MB - 1, 9 * MB)), (Some(2), Some(3)));
        assert_eq!(between(3 * MB + 4096, 3 * MB + 8192), Some(3));
        assert_eq!(quarantine.around(Addr(3 * MB)), Some(kept(3)));
        assert_eq!(quarantine.around(Addr(usize::MAX)), None);
    }
}
