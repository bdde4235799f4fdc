//! What ftok(3) made its keys of, kept for the rules: a path, and the file that it names now.

use crate::kernel::file;
use crate::memory;
use crate::site::{Caller, Calling};
use crate::state::TRACKER;
use shmsan_core::call::{Addr, Key};
use shmsan_core::path::PathStart;
use shmsan_core::tracker::Named;

/// Whether this path has given this key before, and there is nothing to say of it.
pub fn are_usual(path: Addr, key: Key) -> bool {
    let Some(path) = memory::path(path) else { return false };
    TRACKER.with(|tracker| tracker.named_mut().is_usual(&path, key)) == Some(true)
}

/// Takes note of a key; returns the path, as far as it could be read.
pub fn record(path: Addr, key: Key, caller: Caller) -> Option<PathStart> {
    let path = memory::path(path)?;
    // In the time since the call it may have come to name another file.
    let file = file::of_path(&path).filter(|file| key == Key::of(*file, key.project()));
    let folder = if path.is_absolute() { None } else { file::of_path(&PathStart::new(b".")) };
    if let Some(file) = file.filter(|_| path.is_absolute() || folder.is_some()) {
        let named = Named { key, path, folder, file, site: caller.site() };
        TRACKER.with(|tracker| tracker.named_mut().record(&named));
    }
    Some(path)
}
