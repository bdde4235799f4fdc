//! Chooses where segments are attached, where the program leaves the choice to the kernel: in the gap, so that what is
//! around each of them faults. Whatever the kernel says to such a place, its answer to the program's own call counts.

pub mod end_aligned;
mod ground;

use crate::boundary::contain;
use crate::state::{TRACKER, options};
use crate::thread::{self, Inside};
use crate::{facts, fault, kernel, verbose};
use shmsan_core::call::{Addr, Call, Outcome, ShmId};
use shmsan_core::errno::Errno;
use shmsan_core::flags::SHM_REMAP;
use shmsan_core::guard::{Gap, Taken};
use shmsan_core::options::Guard;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU8, AtomicU64};

/// Whether places are chosen, once that is known.
static STATE: AtomicU8 = AtomicU8::new(NOT_PREPARED);
const NOT_PREPARED: u8 = 0;
const ON: u8 = 1;
const OFF: u8 = 2;

/// How many attachments the kernel had to place after all.
static UNGUARDED: AtomicU64 = AtomicU64::new(0);

/// So many places are tried for one attachment.
const PLACES: usize = 2;
/// So often a place is asked for: its segment may have to be learned, its block to be opened.
const QUESTIONS: usize = 4;

/// Does a shmat, at a place of ours where the call leaves the place to the kernel.
#[inline]
pub fn attach(id: ShmId, address: Addr, flags: i32, held: Option<&Inside>) -> Outcome {
    let state = STATE.load(Relaxed);
    let is_first = state == NOT_PREPARED;
    if is_first && address.0 == 0 {
        prepare(held);
    }
    let placed = match state {
        OFF => None,
        _ if flags & SHM_REMAP != 0 => None,
        _ if address.0 == 0 => attach_in_the_gap(id, flags, held),
        _ => {
            make_way(id, address, held);
            None
        }
    };
    let mapped = placed.unwrap_or_else(|| kernel::perform(&Call::Attach { id, address, flags }));
    // Not before: the place that the program has made free must not be taken by memory of ours.
    if is_first && address.0 != 0 {
        prepare(held);
    }
    // Only where each call is looked at in full.
    match mapped {
        Ok(value) if held.is_some() && address.0 == 0 => {
            Ok(contain(|| end_aligned::address(id, value)).unwrap_or(value))
        }
        outcome => outcome,
    }
}

/// `None` where the program's own call has to be made: no place is to be had, or it is not the place that is wrong.
#[inline(never)]
fn attach_in_the_gap(id: ShmId, flags: i32, held: Option<&Inside>) -> Option<Outcome> {
    for _ in 0..PLACES {
        let address = place(id, held)?;
        let remap = if is_arena() { SHM_REMAP } else { 0 };
        match kernel::perform(&Call::Attach { id, address, flags: flags | remap }) {
            Ok(value) => return Some(Ok(value)),
            // Perhaps somebody else has mapped something there.
            Err(Errno::EINVAL) => with_gap(held, |gap| gap.rest(address)),
            // It would be the same anywhere. Trying again is no way to find out: under shm_rmid_forced, a failed attach
            // may be the end of the segment.
            Err(errno) => {
                with_gap(held, |gap| gap.put_back(address));
                return Some(Err(errno));
            }
        }
    }
    UNGUARDED.fetch_add(1, Relaxed);
    None
}

/// Where the next attachment of `id` is to go.
fn place(id: ShmId, held: Option<&Inside>) -> Option<Addr> {
    inside(held, || {
        let mut opened = None;
        // What takes the place of a reservation must not be larger than that: the size is asked for each time.
        let mut learned =
            if is_arena() { Some(facts::learn(id)?.size.checked_add(kernel::page_size())?) } else { None };
        for _ in 0..QUESTIONS {
            match TRACKER.with(|tracker| tracker.place(id, learned, opened))? {
                Some(Taken::At(place)) if is_arena() && !is_still_reserved(place, learned?) => {}
                Some(Taken::At(place)) => return Some(place),
                Some(Taken::Nowhere) => return None,
                // Where there can be no anchor, another block is tried.
                Some(Taken::Anchor(anchor)) => opened = Some(anchor).filter(|anchor| begin_block(*anchor)),
                None => learned = Some(facts::learn(id)?.size),
            }
        }
        None
    })
}

/// Whether a place in the arena can be taken by SHM_REMAP. Where a segment was before, the program may have put something by
/// MAP_FIXED: that is its own for ever.
fn is_still_reserved(place: Addr, size: usize) -> bool {
    let end = Addr(place.0.saturating_add(size));
    let is_reserved = ground::is_reserved(place, end);
    if !is_reserved {
        TRACKER.with(|tracker| tracker.gap().map(|gap| gap.occupy(place, end)));
    }
    is_reserved
}

/// Maps what keeps others out of a block, or its page tables alive.
fn begin_block(anchor: Addr) -> bool {
    let whole = || TRACKER.with(|tracker| tracker.gap()?.block(anchor)).flatten();
    if is_arena() { whole().is_some_and(|size| ground::reserve(anchor, size)) } else { ground::put_anchor(anchor) }
}

fn is_arena() -> bool {
    options().guard == Guard::Arena
}

/// After a detach in the arena: its place is reserved again, so that whoever still uses it faults. Where somebody else was
/// faster, it is theirs, and counted.
pub fn reserve_again(address: Addr, size: usize) {
    let page = kernel::page_size();
    let begin = address.0 - address.0 % page;
    let end = (address.0 + size).next_multiple_of(page);
    if is_arena() && ground::contains(address) && is_ours(Addr(begin), Addr(end)) {
        UNGUARDED.fetch_add(u64::from(!ground::reserve(Addr(begin), end - begin)), Relaxed);
    }
}

/// Whether all between two addresses is in blocks that were reserved.
fn is_ours(begin: Addr, end: Addr) -> bool {
    TRACKER.with(|tracker| tracker.gap().is_some_and(|gap| gap.has_opened(begin, end))) == Some(true)
}

/// The program names an address in the gap: our anchors in that range go, before it would be refused because of them.
#[inline]
fn make_way(id: ShmId, address: Addr, held: Option<&Inside>) {
    if ground::contains(address) {
        remove_anchors(id, address, held);
    }
}

#[cold]
fn remove_anchors(id: ShmId, address: Addr, held: Option<&Inside>) {
    inside(held, || {
        let end = Addr(address.0.saturating_add(facts::learn(id)?.size));
        if is_arena() {
            if is_ours(address, end) {
                ground::give_way(address, end);
            }
            return Some(());
        }
        // One after the other: nothing allocates under the lock.
        let mut from = address;
        while let Some(anchor) = TRACKER.with(|tracker| tracker.gap()?.anchors(from, end).next()).flatten() {
            ground::remove_anchor(anchor);
            from = Addr(anchor.0 + 1);
        }
        Some(())
    });
}

/// Where there can be none, only who wants to know is told: nothing else of the program changes.
fn find_gap() -> Option<Gap> {
    let gap = ground::find().and_then(|begin| Gap::new(begin).ok_or("there is no memory for its tables"));
    gap.inspect_err(|reason| verbose::say_unguarded(reason)).ok()
}

/// How many attachments the kernel had to place after all.
pub fn unguarded() -> u64 {
    UNGUARDED.load(Relaxed)
}

fn with_gap(held: Option<&Inside>, work: impl FnOnce(&mut Gap)) {
    inside(held, || TRACKER.with(|tracker| tracker.gap().map(work)));
}

/// Runs work of ours, inside the shim; `None` where this thread is there for another reason.
#[inline]
fn inside<T>(held: Option<&Inside>, work: impl FnOnce() -> Option<T>) -> Option<T> {
    let _entered = if held.is_some() { None } else { Some(thread::enter()?) };
    contain(work).flatten()
}

/// At the first attach: whether places are chosen from now on, and who explains the faults around them.
#[cold]
fn prepare(held: Option<&Inside>) {
    inside(held, || {
        let gap = if options().guard == Guard::Off { None } else { find_gap().map(Box::new) };
        let state = if gap.is_some() { ON } else { OFF };
        if let Some(gap) = gap {
            // Another thread may have been faster; its gap is as good.
            drop(TRACKER.with(|tracker| tracker.choose_gap(gap)));
        }
        STATE.store(state, Relaxed);
        fault::prepare();
        Some(())
    });
}
