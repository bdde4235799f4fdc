//! Chooses where segments are attached, where the program leaves the choice to the kernel: in the gap, so that what is
//! around each of them faults. Whatever the kernel says to such a place, its answer to the program's own call counts.

pub mod end_aligned;
mod ground;
mod named;
pub mod quarantine;

use crate::boundary::{self, contain};
use crate::state::{TRACKER, options};
use crate::thread::{self, Inside};
use crate::{facts, fault, kernel, process, verbose};
use shmsan_core::call::{Addr, Call, Outcome, ShmId};
use shmsan_core::errno::Errno;
use shmsan_core::flags::SHM_REMAP;
use shmsan_core::guard::{Gap, Taken};
use shmsan_core::options::Guard;
use shmsan_core::tracker::{Chosen, Released};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicU8, AtomicU64};

/// Whether places are chosen, once that is known; it never goes back.
static STATE: AtomicU8 = AtomicU8::new(NOT_PREPARED);
const NOT_PREPARED: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;
/// They were, and what was put there for them may still be there.
const NO_MORE: u8 = 3;

/// How many attachments the kernel had to place after all.
static UNGUARDED: AtomicU64 = AtomicU64::new(0);

/// So many places are tried for one attachment.
const PLACES: usize = 2;
/// So often a place is asked for: its segment may have to be learned, its block to be opened.
const QUESTIONS: usize = 4;

/// Does a shmat, at a place of ours where the call leaves the place to the kernel.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the usual call knows that no address was named")]
pub fn attach(id: ShmId, address: Addr, flags: i32, held: Option<&Inside>) -> Outcome {
    let state = STATE.load(Relaxed);
    let is_first = state == NOT_PREPARED;
    if is_first && address.0 == 0 {
        prepare(held);
    }
    let placed = match state {
        OFF => None,
        _ if flags & SHM_REMAP != 0 => None,
        NO_MORE if address.0 == 0 => None,
        _ if address.0 == 0 => attach_in_the_gap(id, flags, held),
        _ => {
            named::make_way(id, address, held);
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
            // Perhaps for what we have mapped beside it.
            Err(errno @ Errno::ENOMEM) => {
                with_gap(held, |gap| gap.put_back(address));
                inside(held, || {
                    stop(errno);
                    Some(())
                });
                return Some(attach_after_all(id, flags, errno));
            }
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

/// The program's own call, after one of ours was `refused`. With shm_rmid_forced that may have been the end of the segment, as
/// the program's own would have been: then this is what it hears.
#[cold]
fn attach_after_all(id: ShmId, flags: i32, refused: Errno) -> Outcome {
    match kernel::perform(&Call::Attach { id, address: Addr(0), flags }) {
        Err(Errno::EINVAL | Errno::EIDRM) => Err(refused),
        outcome => outcome,
    }
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
                Some(Taken::At(place)) if is_arena() && !is_still_reserved(place, learned?)? => {}
                Some(Taken::At(place)) => return Some(place),
                Some(Taken::Nowhere) => return None,
                Some(Taken::Anchor(anchor)) => match begin_block(anchor) {
                    Ok(()) => opened = Some(anchor),
                    // Somebody else is there: another block is tried.
                    Err(Errno::EEXIST) => {}
                    Err(errno) => {
                        stop(errno);
                        return None;
                    }
                },
                None => {
                    let size = facts::learn(id)?.size;
                    TRACKER.with(|tracker| tracker.learn_size(id, size));
                    learned = Some(size);
                }
            }
        }
        None
    })
}

/// Whether a place in the arena can be taken by SHM_REMAP, `None` where nobody tells. Where a segment was before, the program may
/// have put something by MAP_FIXED: that is its own for ever.
fn is_still_reserved(place: Addr, size: usize) -> Option<bool> {
    let end = Addr(place.0.checked_add(size)?);
    // To look takes a call that may be forbidden by now.
    let slots = if boundary::is_locked_in() { None } else { named::slots(place, end) };
    let is_reserved = slots.map_or(Some(false), |(begin, end)| ground::is_reserved(begin, end));
    TRACKER.with(|tracker| {
        tracker.gap().map(|gap| match is_reserved {
            Some(true) => {}
            Some(false) => gap.occupy(place, end),
            None => gap.put_back(place),
        })
    });
    is_reserved
}

/// Maps what keeps others out of a block, or its page tables alive.
fn begin_block(anchor: Addr) -> Result<(), Errno> {
    if !is_arena() {
        return ground::put_anchor(anchor);
    }
    let whole = TRACKER.with(|tracker| tracker.gap()?.block(anchor)).flatten();
    ground::reserve(anchor, whole.ok_or(Errno::EEXIST)?)
}

fn is_arena() -> bool {
    options().guard == Guard::Arena
}

/// After the detach of what was `released` from `address`: whoever still uses it faults. Where the program had named the
/// address, it may do so again.
pub fn after_detach(address: Addr, released: &Released, held: Option<&Inside>) {
    let is_kept = || match released.chosen() {
        Chosen::ByUs if is_arena() => !boundary::is_locked_in() && reserve_again(address, released.size),
        Chosen::ByKernel if is_on() && !boundary::is_locked_in() => quarantine::keep(address, released),
        _ => true,
    };
    inside(held, || {
        UNGUARDED.fetch_add(u64::from(!is_kept()), Relaxed);
        Some(())
    });
}

/// Its place in the arena. Where somebody else was faster, it is theirs.
fn reserve_again(address: Addr, size: usize) -> bool {
    let page = kernel::page_size();
    let begin = Addr(address.0 - address.0 % page);
    let end = Addr((address.0 + size).next_multiple_of(page));
    named::slots(begin, end).is_some() && ground::reserve(begin, end.0 - begin.0).is_ok()
}

/// Whether it is known that the kernel chooses every place.
pub fn is_off() -> bool {
    STATE.load(SeqCst) == OFF
}

/// Whether places are chosen.
#[inline]
pub fn is_on() -> bool {
    STATE.load(Relaxed) == ON
}

/// From now on the kernel chooses, and what was mapped for our choice goes, where it is not reserved for good.
#[cold]
fn stop(errno: Errno) {
    if STATE.compare_exchange(ON, NO_MORE, Relaxed, Relaxed).is_ok() {
        if !is_arena() {
            named::remove_anchors(Addr(0), Addr(usize::MAX));
        }
        quarantine::give_way(Addr(0), Addr(usize::MAX));
        verbose::say_unguarded(ground::why_not(errno));
    }
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
        if options().guard != Guard::Off && !boundary::is_locked_in() {
            choose_gap();
        }
        let is_there = TRACKER.with(|tracker| tracker.gap().is_some()) == Some(true);
        // Another thread may have come to something else, as one with a filter of its own: who can choose a place wins.
        STATE.fetch_max(if is_there { ON } else { OFF }, SeqCst);
        if is_off() {
            process::get_ready_without_guard();
        }
        if !is_off() {
            process::get_ready_with_guard();
        }
        fault::prepare();
        Some(())
    });
}

/// Where there can be none, only who wants to know is told: nothing else of the program changes.
fn choose_gap() {
    let found = ground::find().and_then(|begin| {
        let gap = Gap::new(begin).ok_or("there is no memory for its tables")?;
        Ok((begin, Box::new(if is_arena() { gap.reserved() } else { gap })))
    });
    match found {
        Ok((begin, gap)) => drop(TRACKER.with(|tracker| {
            let too_late = tracker.choose_gap(gap);
            // Another thread may have been faster: then its gap is the gap.
            if too_late.is_none() {
                ground::begin_at(begin);
            }
            too_late
        })),
        Err(reason) => verbose::say_unguarded(reason),
    }
}
