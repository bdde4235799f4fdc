//! One file of the journal, read as it grows. It is read and never mapped: who wrote it may cut it at any time.

use rustix::fs::{FileType, Mode, OFlags, fstat, openat};
use shmsan_core::record::{Beginning, Slot, USED, look};
use shmsan_core::record::{Record, Stored};
use std::fs::File;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;

/// The library makes none that is longer.
const MOST_SLOTS: usize = (1 << 20) / size_of::<Slot>();
/// So many are read at once.
const AT_ONCE: usize = 1024;

pub struct Reader {
    file: File,
    pub beginning: Beginning,
    /// Who owns it.
    pub uid: u32,
    /// Slots that were read.
    read: usize,
}

/// Why a file is no journal, now or ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its first words are not there yet.
    NotYet,
    /// It is not a plain file of one name that its owner alone may read, or nobody of ours wrote it.
    Foreign,
    /// It may not be read: another user's, where the command is no root's.
    Unreadable,
}

impl Reader {
    /// Opens `name` in the session's folder; nothing that is put there keeps it waiting, or leads it elsewhere.
    pub fn open(folder: BorrowedFd<'_>, name: &std::ffi::OsStr) -> Result<Self, Refused> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = openat(folder, name, flags, Mode::empty()).map_err(|errno| match errno {
            rustix::io::Errno::ACCESS | rustix::io::Errno::PERM => Refused::Unreadable,
            _ => Refused::Foreign,
        })?;
        let status = fstat(&file).map_err(|_| Refused::Foreign)?;
        let plain = FileType::from_raw_mode(status.st_mode) == FileType::RegularFile;
        if !plain || status.st_mode & 0o7777 & !0o600 != 0 || status.st_nlink > 1 {
            return Err(Refused::Foreign);
        }
        let file = File::from(file);
        let mut bytes = [0; Beginning::LEN * size_of::<Slot>()];
        file.read_exact_at(&mut bytes, 0).map_err(|_| Refused::NotYet)?;
        let mut beginning = [[0; 8]; Beginning::LEN];
        words(&bytes, beginning.as_flattened_mut());
        // The count comes after all the rest of the beginning.
        if beginning.as_flattened()[USED] == 0 {
            return Err(Refused::NotYet);
        }
        let beginning = Beginning::load(&beginning).ok_or(Refused::Foreign)?;
        Ok(Self { file, beginning, uid: status.st_uid, read: Beginning::LEN })
    }

    /// Shows `visit` the records that have come since it was asked last; returns how much of the file made no sense.
    pub fn read(&mut self, visit: &mut dyn FnMut(Record)) -> usize {
        let mut strays = 0;
        let used = self.used();
        while self.read < used {
            let slots = self.slots(self.read, (used - self.read).min(AT_ONCE));
            if slots.is_empty() {
                break;
            }
            let (read, stray) = self.visit(&slots, slots.len() == used - self.read, visit);
            self.read += read;
            strays += stray;
        }
        strays
    }

    /// Whether there is nothing more to read.
    pub fn is_read(&self) -> bool {
        self.read >= self.used()
    }

    /// How many of `slots` are done with, and how many of them made no sense; the last record may go on behind them
    /// unless they are `whole`.
    fn visit(&self, slots: &[Slot], whole: bool, visit: &mut dyn FnMut(Record)) -> (usize, usize) {
        const LONGEST: usize = 256;
        let (mut next, mut strays) = (0, 0);
        while next < slots.len() && (whole || next == 0 || next + LONGEST <= slots.len()) {
            let stored = look(&slots[next..]);
            let known = stored.as_ref().is_some_and(|stored| self.show(stored, visit));
            strays += usize::from(!known);
            next += stored.map_or(1, |stored| stored.slots());
        }
        (next, strays)
    }

    fn show(&self, stored: &Stored, visit: &mut dyn FnMut(Record)) -> bool {
        let record = Record::load(stored, self.beginning.pid);
        let known = record.is_some();
        record.into_iter().for_each(visit);
        known
    }

    /// How many slots count, as far as that can be.
    fn used(&self) -> usize {
        let mut word = [0; size_of::<u64>()];
        let place = (USED * size_of::<u64>()) as u64;
        if self.file.read_exact_at(&mut word, place).is_err() {
            return 0;
        }
        usize::try_from(u64::from_ne_bytes(word)).unwrap_or(MOST_SLOTS).min(MOST_SLOTS)
    }

    fn slots(&self, begin: usize, count: usize) -> Vec<Slot> {
        let mut bytes = vec![0; count * size_of::<Slot>()];
        let read = self.file.read_at(&mut bytes, (begin * size_of::<Slot>()) as u64).unwrap_or_default();
        let mut slots = vec![[0; 8]; read / size_of::<Slot>()];
        words(&bytes, slots.as_flattened_mut());
        slots
    }
}

fn words(bytes: &[u8], words: &mut [u64]) {
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u64::from_ne_bytes(*bytes);
    }
}
