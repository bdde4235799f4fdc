//! What is over: the last detaches, removals and refused attaches, with their places. The oldest make room for the newest.

use super::Attachment;
use crate::call::{Addr, Key, ShmId};
use crate::errno::Errno;
use crate::site::Site;
use crate::time::Time;

/// So many are remembered of each; a power of two.
const ROOM: usize = 128;

/// A shmdt that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detached {
    pub attachment: Attachment,
    /// Where the shmdt was, and in which thread.
    pub site: Site,
    pub thread: i32,
}

/// A shmctl(IPC_RMID) that succeeded; the segment itself may live on until its last detach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    pub id: ShmId,
    /// The key and the flags of the shmget that gave the id; IPC_PRIVATE and 0 where this process had not got it.
    pub key: Key,
    pub flags: i32,
    /// Where the removal was.
    pub site: Site,
    pub time: Time,
    /// Known from before a fork, in the child: the parent did it.
    pub inherited: bool,
}

/// The first shmat(2) of a segment, which failed, with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub id: ShmId,
    pub address: Addr,
    pub flags: i32,
    pub errno: Errno,
    pub site: Site,
}

#[repr(C)]
pub struct History<T> {
    /// Where the next one goes, were there always more room.
    next: usize,
    entries: [Option<T>; ROOM],
}

impl<T: Copy> History<T> {
    pub const fn new() -> Self {
        Self { next: 0, entries: [None; ROOM] }
    }

    pub fn push(&mut self, entry: T) {
        self.entries[self.next % ROOM] = Some(entry);
        self.next = self.next.wrapping_add(1);
    }

    /// Where the next one goes.
    #[inline]
    #[expect(clippy::ref_option, reason = "the place is asked for, and not what is there")]
    pub const fn next(&self) -> &Option<T> {
        &self.entries[self.next % ROOM]
    }

    /// The newest that `is_it`.
    pub fn newest(&self, is_it: impl Fn(&T) -> bool) -> Option<&T> {
        let (newer, older) = self.entries.split_at(self.next % ROOM);
        newer.iter().rev().chain(older.iter().rev()).flatten().find(|entry| is_it(entry))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().flatten()
    }

    /// Takes out the newest that `is_it`: it did not happen.
    pub fn take_back(&mut self, is_it: impl Fn(&T) -> bool) -> Option<T> {
        let (newer, older) = self.entries.split_at_mut(self.next % ROOM);
        let mut newest_first = newer.iter_mut().rev().chain(older.iter_mut().rev());
        newest_first.find(|slot| slot.as_ref().is_some_and(&is_it))?.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_found_first_and_the_oldest_is_forgotten() {
        let mut history = History::new();
        for number in 0..ROOM + 3 {
            history.push((number % 2, number));
        }
        assert_eq!(history.newest(|(parity, _)| *parity == 0), Some(&(0, ROOM + 2)));
        assert_eq!(history.newest(|(_, number)| *number == 2), None);
        assert_eq!(history.newest(|(_, number)| *number == 3), Some(&(1, 3)));
        assert_eq!(history.take_back(|(parity, _)| *parity == 0), Some((0, ROOM + 2)));
        assert_eq!(history.newest(|(parity, _)| *parity == 0), Some(&(0, ROOM)));
        assert_eq!(history.entries.iter().flatten().count(), ROOM - 1);
    }
}
