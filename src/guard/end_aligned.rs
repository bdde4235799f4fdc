//! `end_aligned=1`: a segment ends where its mapping ends, so that one byte too far is in the guard. Its data then stands at
//! another offset in the pages than for processes that attach it as usual, so this is only for segments without a key,
//! which are known to those who forked from their creator.

use crate::kernel;
use crate::sink;
use crate::state::{TRACKER, options};
use shmsan_core::call::{Addr, Key, ShmId};
use shmsan_core::tracker::{Origin, Released};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// What the segment's end is rounded to, for whatever the program puts at its beginning.
const ROUNDED_TO: usize = 16;

/// The address for the program, of a segment that was mapped at `mapped`.
pub fn address(id: ShmId, mapped: usize) -> usize {
    if !options().end_aligned {
        return mapped;
    }
    let segment = TRACKER.with(|tracker| tracker.segment(id)).flatten();
    match segment {
        Some(segment) if segment.key == Key::PRIVATE && segment.origin == Origin::Created => {
            let size = segment.size;
            mapped + size.next_multiple_of(kernel::page_size()) - size.next_multiple_of(ROUNDED_TO)
        }
        _ => {
            refuse(id);
            mapped
        }
    }
}

/// The address that the kernel knows, of an attachment that was `released` for its detach.
pub fn mapped(address: Addr, released: Option<&Released>) -> Addr {
    if released.is_some() && options().end_aligned {
        Addr(address.0 - address.0 % kernel::page_size())
    } else {
        address
    }
}

fn refuse(id: ShmId) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Relaxed) {
        sink::say(
            format!(
                "shmsan: end_aligned: segment {id} is attached as usual: it has a key, or another program made it, and \
                 others would look for its data elsewhere\n"
            )
            .as_bytes(),
        );
    }
}
