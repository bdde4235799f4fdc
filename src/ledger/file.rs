//! The file of one process, written through memory.

use crate::boundary;
use crate::kernel::folder::Folder;
use crate::kernel::shared::{Room, Shared};
use crate::kernel::{self, map};
use shmsan_core::call::ShmId;
use shmsan_core::ledger::{self, ENTRIES, Entry, FEW, Head, MANY, USED, place_of, size};
use shmsan_core::record::{Slot, Stored};
use std::ffi::CStr;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

/// No page is smaller, so that there are no more than these.
const PAGES: usize = size(MANY).div_ceil(4096);

/// So many records are recognised when they come again.
const TOLD: usize = 32;

/// Room for a name and a NUL.
const NAME: usize = 32;

/// What keeps something from being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The part of the file for it is full.
    Room,
    /// No place is left on the disk.
    Disk,
}

/// What every creation touches stands first.
#[repr(C)]
pub struct File {
    shared: Shared,
    /// How many there may be, and how many there are that were not removed by this process.
    entries: usize,
    live: usize,
    page_shift: u32,
    /// One bit for each page that has its place on the disk.
    placed: [u64; PAGES.div_ceil(64)],
    /// Slots of the first part that are taken.
    used: usize,
    /// Fingerprints of the last records there: a library is told of with each of its places.
    told: [u64; TOLD],
    name: [u8; NAME],
    pub owner: u32,
    namespace: u64,
}

impl File {
    /// Makes it in a folder of its owner.
    #[inline(never)]
    pub fn make(folder: &Folder, head: Head, owner: u32) -> Result<Self, i32> {
        let page = kernel::page_size();
        let small = size(FEW).next_multiple_of(page);
        // All of a large file would be in memory.
        let is_locked = map::try_one().is_none_or(|trial| trial.is_locked);
        let room = if is_locked {
            Room { size: small, placed: small, small }
        } else {
            Room { size: size(MANY).next_multiple_of(page), placed: page, small }
        };
        let name = name(head.pid).ok_or(libc::EAGAIN)?;
        let shared = folder.make_shared(in_c(&name), room)?;
        let entries = if shared.size == small { FEW } else { MANY };
        let mut file = Self {
            shared,
            entries,
            live: 0,
            used: Head::LEN,
            told: [0; TOLD],
            placed: [0; PAGES.div_ceil(64)],
            page_shift: page.trailing_zeros(),
            name,
            owner,
            namespace: head.namespace,
        };
        for page in 0..shared.placed >> file.page_shift {
            file.placed[page / 64] |= 1 << (page % 64);
        }
        for (slot, number) in (Head { entries, ..head }).store().into_iter().zip(0..) {
            file.put(number, &slot);
        }
        Ok(file)
    }

    pub fn name(&self) -> &CStr {
        in_c(&self.name)
    }

    pub const fn is_of(&self, owner: u32, namespace: u64) -> bool {
        self.owner == owner && self.namespace == namespace
    }

    /// Takes the mapping away; the file stays.
    pub fn unmap(&self) {
        self.shared.unmap();
    }

    /// Adds a record to the first part, unless it stands there.
    pub fn append(&mut self, stored: &Stored) -> Result<(), Lack> {
        let fingerprint = stored.fingerprint();
        if self.told.contains(&fingerprint) {
            return Ok(());
        }
        let end = self.used + stored.slots();
        if end > ENTRIES {
            return Err(Lack::Room);
        }
        let slots = std::iter::once(stored.head).chain(stored.continuations());
        for (slot, number) in slots.zip(self.used..) {
            if !self.place(number) {
                return Err(Lack::Disk);
            }
            self.put(number, &slot);
        }
        self.told[self.used % TOLD] = fingerprint;
        self.used = end;
        self.word(0, USED).store(end as u64, Release);
        Ok(())
    }

    /// Writes a segment to its slot; `false` where the disk is full.
    #[inline]
    pub fn write(&mut self, entry: &Entry) -> bool {
        let number = place_of(entry.id, self.entries);
        if !self.place(number) {
            return false;
        }
        self.live += usize::from(!Entry::is_live(self.word(number, 0).load(Relaxed)));
        self.put(number, &entry.store());
        true
    }

    /// Marks the segment's slot: it is removed.
    #[inline]
    pub fn mark_removed(&mut self, id: ShmId) {
        let number = place_of(id, self.entries);
        if !self.is_placed(number) {
            return;
        }
        let word = self.word(number, 0);
        let first = word.load(Relaxed);
        if Entry::is_live(first) && Entry::id(first) == id {
            word.store(Entry::marked_removed(first), Release);
            self.live -= 1;
        }
    }

    /// How many segments stand there that this process has not removed.
    pub const fn live(&self) -> usize {
        self.live
    }

    /// Each segment that stands there, removed or not.
    pub fn segments(&self) -> impl Iterator<Item = Entry> {
        let (page, end) = ((1 << self.page_shift) / size_of::<Slot>(), ENTRIES + self.entries);
        let placed = (0..end).step_by(page).filter(|first| self.is_placed(*first));
        placed
            .flat_map(move |first| first.max(ENTRIES)..(first + page).min(end))
            .filter_map(|number| self.entry(number))
    }

    fn entry(&self, number: usize) -> Option<Entry> {
        if !self.is_placed(number) {
            return None;
        }
        Entry::load(&std::array::from_fn(|word| self.word(number, word).load(Relaxed)))
    }

    const fn page_of(&self, number: usize) -> usize {
        (number * size_of::<Slot>()) >> self.page_shift
    }

    const fn is_placed(&self, number: usize) -> bool {
        let page = self.page_of(number);
        self.placed[page / 64] >> (page % 64) & 1 == 1
    }

    /// Sees to it that the slot can be touched; `false` where the disk is full.
    #[inline]
    fn place(&mut self, number: usize) -> bool {
        self.is_placed(number) || self.place_page(self.page_of(number))
    }

    #[cold]
    fn place_page(&mut self, page: usize) -> bool {
        let placed =
            !boundary::is_locked_in() && self.shared.place_at(page << self.page_shift, 1 << self.page_shift).is_ok();
        if placed {
            self.placed[page / 64] |= 1 << (page % 64);
        }
        placed
    }

    /// The first word last: until then nothing stands there.
    #[inline]
    fn put(&self, number: usize, slot: &Slot) {
        self.word(number, 0).store(0, Relaxed);
        for (word, value) in slot.iter().enumerate().skip(1) {
            // Never before the word above.
            self.word(number, word).store(*value, Release);
        }
        self.word(number, 0).store(slot[0], Release);
    }

    #[inline]
    fn word(&self, number: usize, word: usize) -> &AtomicU64 {
        let address = (self.shared.address as *mut u64).wrapping_add(number * Slot::default().len() + word);
        // SAFETY: inside what is placed of our mapping, which is as long as the file; only atomics touch it.
        unsafe { AtomicU64::from_ptr(address) }
    }
}

fn name(pid: i32) -> Option<[u8; NAME]> {
    let (mut name, text) = ([0; NAME], ledger::name(pid, kernel::random()?));
    name.get_mut(..text.len()).filter(|_| text.len() < NAME)?.copy_from_slice(text.as_bytes());
    Some(name)
}

fn in_c(name: &[u8; NAME]) -> &CStr {
    CStr::from_bytes_until_nul(name).unwrap_or_default()
}
