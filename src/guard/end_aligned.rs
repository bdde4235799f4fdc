//! `end_aligned=1`: a segment ends where its mapping ends, so that one byte too far is in the guard. Its data then stands at
//! another offset in the pages than for processes that attach it as usual, so this is only for segments without a key,
//! which are known to those who forked from their creator, and for those whose ledger says that they were made so.

use crate::sink;
use crate::state::{TRACKER, options};
use crate::{facts, kernel, ledger};
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
    let Some(size) = size_of_shifted(id) else {
        refuse(id);
        return mapped;
    };
    mapped + size.next_multiple_of(kernel::page_size()) - size.next_multiple_of(ROUNDED_TO)
}

/// The size of a segment whose data stands, for everybody, where it does with this option.
fn size_of_shifted(id: ShmId) -> Option<usize> {
    let known = TRACKER.with(|tracker| tracker.segment(id)).flatten();
    if let Some(segment) = known.filter(|segment| segment.key == Key::PRIVATE && segment.origin == Origin::Created) {
        return Some(segment.size);
    }
    let status = facts::status(id)?;
    let maker = ledger::maker(id, &status).filter(|maker| maker.entry.end_aligned);
    maker.and_then(|_| usize::try_from(status.size).ok())
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
                "shmsan: end_aligned: segment {id} is attached as usual: no ledger tells that it was made with \
                 end_aligned=1, and others would look for its data elsewhere\n"
            )
            .as_bytes(),
        );
    }
}
