//! The files that a process writes its journal into, one after the other: a reader that keeps up takes them away, and one
//! that does not cannot make them fill the disk.

use crate::kernel::file::Descriptor;
use crate::kernel::shared::{self, Room, Shared};
use crate::kernel::{self, clock};
use crate::{facts, identity};
use shmsan_core::record::{Beginning, Slot, Stored, USED};
use shmsan_core::time::Time;
use std::ffi::CStr;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Release;

/// Bytes of one file, and of one where the kernel or RLIMIT_FSIZE allows no more.
const SIZE: usize = 1 << 20;
const SMALL: usize = 1 << 16;
/// So many files may wait for their reader.
const BACKLOG: usize = 64;

/// A longer name of the session's folder is refused.
const LONGEST_FOLDER: usize = 512;

/// Whether files can be made there.
pub const fn is_fit(folder: &[u8]) -> bool {
    folder.len() <= LONGEST_FOLDER
}

/// Why the journal ends.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// A file cannot be made, or has no room.
    Refused(i32),
    /// Nobody reads.
    Unread,
    /// No random name can be had.
    Nameless,
}

impl Trouble {
    /// In words; nothing to say where the session is over.
    pub const fn reason(self) -> Option<&'static str> {
        Some(match self {
            Self::Refused(libc::ENOENT) => return None,
            Self::Refused(libc::ENOSPC | libc::EFAULT | libc::ENOMEM | libc::EDQUOT) => {
                "no space is left for the journal"
            }
            Self::Refused(libc::EFBIG) => "RLIMIT_FSIZE leaves no room for the journal",
            Self::Refused(libc::EMFILE | libc::ENFILE) => "no descriptor is left to open the journal with",
            Self::Refused(_) => "the journal cannot be opened",
            Self::Unread => "64 MiB of the journal wait to be read",
            Self::Nameless => "the kernel gives no random name for the journal",
        })
    }
}

/// What a child has from the process that forked it.
#[derive(Clone, Copy, Debug)]
pub struct Heritage {
    /// That one's token.
    pub origin: u64,
    /// When it forked.
    pub time: Time,
}

/// What stands at the beginning of each file, but its number.
#[derive(Clone, Copy)]
pub struct Who(Beginning);

impl Who {
    /// This process, from now on, or from the fork on.
    pub fn find(every_call: bool, heritage: Option<Heritage>) -> Self {
        Self(Beginning {
            token: kernel::random().unwrap_or_else(clock::monotonic_ns),
            pid: kernel::pid(),
            parent: kernel::parent(),
            began: identity::began(),
            number: 0,
            namespace: facts::ipc_namespace().map(u64::from).unwrap_or_default(),
            time: heritage.map_or_else(clock::time, |heritage| heritage.time),
            every_call,
            origin: heritage.map_or(0, |heritage| heritage.origin),
        })
    }
}

type Name = [u8; 32];

pub struct File {
    now: Option<Shared>,
    /// Slots that are taken.
    used: usize,
    beginning: Option<Beginning>,
    /// Of the last files.
    names: [Name; BACKLOG],
}

impl File {
    pub const fn new() -> Self {
        Self { now: None, used: 0, beginning: None, names: [[0; 32]; BACKLOG] }
    }

    /// The first file.
    pub fn begin(&mut self, folder: &[u8], Who(beginning): Who) -> Result<(), Trouble> {
        self.leave();
        self.beginning = Some(beginning);
        self.open(folder)
    }

    /// Writes nothing more, and lets go of the memory. Returns the token that it had.
    pub fn leave(&mut self) -> Option<u64> {
        if let Some(shared) = self.now.take() {
            shared.unmap();
        }
        self.used = 0;
        self.beginning.take().map(|beginning| beginning.token)
    }

    /// Writes a record that is a head alone, where there is room for it; else nothing, and `false`.
    #[inline]
    pub fn append_slot(&mut self, slot: &Slot) -> bool {
        let Some(shared) = self.now.filter(|now| (self.used + 1) * size_of::<Slot>() <= now.placed) else {
            return false;
        };
        put(shared, self.used, *slot);
        self.used += 1;
        count(shared, self.used);
        true
    }

    /// Writes a record. It is there once this has returned, whatever becomes of the process then.
    pub fn append(&mut self, folder: &[u8], stored: &Stored) -> Result<(), Trouble> {
        let slots = stored.slots();
        if self.now.is_none_or(|now| (self.used + slots) * size_of::<Slot>() > now.placed) {
            self.make_room(folder, slots)?;
        }
        let Some(shared) = self.now else { return Ok(()) };
        put(shared, self.used, stored.head);
        for (slot, number) in stored.continuations().zip(self.used + 1..) {
            put(shared, number, slot);
        }
        self.used += slots;
        count(shared, self.used);
        Ok(())
    }

    #[cold]
    fn make_room(&mut self, folder: &[u8], slots: usize) -> Result<(), Trouble> {
        let Some(mut now) = self.now else { return Ok(()) };
        if (self.used + slots) * size_of::<Slot>() <= now.size {
            let missing = (self.used + slots) * size_of::<Slot>() - now.placed;
            now.place(missing.next_multiple_of(SMALL)).map_err(Trouble::Refused)?;
            self.now = Some(now);
            return Ok(());
        }
        if let Some(beginning) = &mut self.beginning {
            beginning.number += 1;
        }
        self.open(folder)?;
        now.unmap();
        Ok(())
    }

    fn open(&mut self, folder: &[u8]) -> Result<(), Trouble> {
        let Some(beginning) = self.beginning else { return Ok(()) };
        let turn = &mut self.names[beginning.number as usize % BACKLOG];
        let mut path = [0; LONGEST_FOLDER + 1 + size_of::<Name>() + 1];
        if beginning.number as usize >= BACKLOG && shared::is_there(in_folder(&mut path, folder, turn)) {
            return Err(Trouble::Unread);
        }
        *turn = name().ok_or(Trouble::Nameless)?;
        let room = Room { size: SIZE, placed: SMALL, small: SMALL };
        let path = in_folder(&mut path, folder, turn);
        let shared = Shared::make(Descriptor(libc::AT_FDCWD), path, room).map_err(Trouble::Refused)?;
        for (slot, number) in beginning.store().into_iter().zip(0..) {
            put(shared, number, slot);
        }
        self.used = Beginning::LEN;
        self.now = Some(shared);
        Ok(())
    }
}

/// Says that the process runs the program that its journal tells of. Nobody hears of an exec: the program that comes then takes
/// the mark away.
pub fn mark(folder: &[u8]) {
    let mut path = [0; LONGEST_FOLDER + 1 + size_of::<Name>() + 1];
    shared::make_link(in_folder(&mut path, folder, &name_of_mark()));
}

/// Another program ran here before, or none that has a journal.
pub fn remove_mark(folder: &[u8]) {
    let mut path = [0; LONGEST_FOLDER + 1 + size_of::<Name>() + 1];
    shared::unlink(in_folder(&mut path, folder, &name_of_mark()));
}

/// The pid in decimal digits.
fn name_of_mark() -> Name {
    let pid = kernel::pid().unsigned_abs();
    let digits = pid.checked_ilog10().unwrap_or_default();
    let digit = |place: u32| b'0' + (pid / 10_u32.pow(place) % 10) as u8;
    let mut name = [0; size_of::<Name>()];
    name.iter_mut().zip((0..=digits).rev()).for_each(|(to, place)| *to = digit(place));
    name
}

fn put(shared: Shared, number: usize, slot: Slot) {
    let place = (shared.address as *mut Slot).wrapping_add(number);
    // SAFETY: inside what is placed of our mapping; only the holder of the journal's lock writes there.
    unsafe { place.write(slot) };
}

/// From now on so many slots count.
fn count(shared: Shared, slots: usize) {
    let word = (shared.address as *mut u64).wrapping_add(USED);
    // SAFETY: the word is in the beginning of our mapping, aligned, and written by atomics alone from now on.
    let word = unsafe { AtomicU64::from_ptr(word) };
    word.store(slots as u64, Release);
}

fn in_folder<'a>(
    path: &'a mut [u8; LONGEST_FOLDER + 1 + size_of::<Name>() + 1],
    folder: &[u8],
    name: &Name,
) -> &'a CStr {
    path.fill(0);
    let parts = [folder, b"/", name].into_iter().flatten();
    path.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
    CStr::from_bytes_until_nul(path).unwrap_or_default()
}

/// That nobody has, nor can guess.
fn name() -> Option<Name> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes = [kernel::random()?.to_le_bytes(), kernel::random()?.to_le_bytes()];
    let bytes = bytes.as_flattened();
    Some(std::array::from_fn(|index| DIGITS[usize::from(bytes[index / 2] >> (index % 2 * 4) & 15)]))
}
