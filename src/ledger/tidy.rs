//! Takes away the ledgers of processes that are gone, once their segments are gone too.

use super::file::File;
use crate::facts;
use crate::kernel;
use crate::kernel::clock;
use crate::kernel::folder::Folder;
use crate::state::TRACKER;
use shmsan_core::call::ShmId;
use shmsan_core::ledger::{Around, Entry, pid_of};
use std::ffi::{CStr, CString};
use std::ops::ControlFlow::{Break, Continue};

/// So many files are looked into, chosen by chance where there are more: who comes next looks into others.
const LOOKS: usize = 16;
/// A folder with more files has no room for another one, unless some of them can go.
const MOST_FILES: u64 = 4096;
/// So many segments of one process are asked for at its end, and so many that it has removed itself.
const MOST_SEGMENTS: usize = 256;

/// The folder is full.
pub struct TooMany;

/// Before a file is made in the folder.
#[inline(never)]
pub fn tidy(folder: &Folder, around: Around) -> Result<(), TooMany> {
    let mut chance = kernel::random().unwrap_or_else(clock::monotonic_ns) | 1;
    let (mut files, mut dead) = (0, Vec::new());
    folder.each_name(&mut |name| {
        let Some(pid) = pid_of(name.to_bytes()) else { return Continue(()) };
        files += 1;
        // A file with our own pid is of an earlier process, or of what ran here before an exec.
        if pid == kernel::pid() || kernel::is_there(pid) == Some(false) {
            choose(&mut dead, name, &mut chance);
        }
        if files > MOST_FILES { Break(()) } else { Continue(()) }
    });
    let around = if files > MOST_FILES { around.in_want() } else { around };
    let is_over = |name: &CString| {
        let file = folder.file(name);
        file.is_ok_and(|file| around.is_over(&file, file.status().st_mtime, &mut facts::status))
    };
    let over = dead.iter().filter(|name| is_over(name));
    let removed = over.filter(|name| folder.remove_file(name).is_ok()).count();
    if files > MOST_FILES && removed == 0 { Err(TooMany) } else { Ok(()) }
}

/// Keeps some of all that are shown: a later one takes the place of an earlier one now and then.
fn choose(chosen: &mut Vec<CString>, name: &CStr, chance: &mut u64) {
    // xorshift64
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    if chosen.len() < LOOKS {
        chosen.push(name.to_owned());
    } else if let Some(place) =
        usize::try_from(*chance >> 32).ok().and_then(|place| chosen.get_mut(place % (4 * LOOKS)))
    {
        name.clone_into(place);
    }
}

/// Whether nothing is left of what this process made, now that it ends: others may have removed a segment, and what it has
/// removed itself may be attached elsewhere.
pub fn is_over(file: &File) -> bool {
    let is_gone = |entry: Entry| facts::status(entry.id).is_none();
    let goes =
        |entry: Entry| facts::status(entry.id).is_none_or(|status| status.attachments <= own_attachments(entry.id));
    let removed = || file.segments().filter(|entry| entry.removed).take(MOST_SEGMENTS);
    let live = || file.segments().filter(|entry| !entry.removed);
    file.live() <= MOST_SEGMENTS && live().all(is_gone) && removed().all(goes)
}

fn own_attachments(id: ShmId) -> u64 {
    TRACKER.with(|tracker| tracker.attachments_of(id)).unwrap_or_default()
}
