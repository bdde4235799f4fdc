//! What a detach takes out of the tracker before the call, and what becomes of it after.

use super::place;
use crate::boundary::contain;
use crate::cache;
use crate::guard;
use crate::process;
use crate::site::Calling;
use crate::slack;
use crate::state::TRACKER;
use crate::thread::{self, Inside};
use shmsan_core::call::{Addr, Call};
use shmsan_core::tracker::{Chosen, Released, Tracker};
use std::hint::cold_path;

/// No page is smaller.
const SMALLEST_PAGE: usize = 4096;

/// Takes an attachment out of the tracker before its detach: another thread may be given the address while the call is
/// still on its way back.
#[inline(always)]
pub(super) fn release<C: Calling>(call: Call, caller: C) -> Option<Released> {
    /// Two registers go in, and two come back.
    #[unsafe(link_section = ".text.shmsan_usual")]
    #[inline(never)]
    fn go<C: Calling>(address: Addr, caller: C) -> Option<Released> {
        // The site is kept inside: a new one takes memory, and a handler that interrupts that must not come here again.
        let Some(inside) = process::enter() else { return again(address, caller) };
        release_attachment(address, caller, &inside)
    }
    /// The whole of it only once, so that it stays in one piece.
    #[cold]
    #[inline(never)]
    fn again<C: Calling>(address: Addr, caller: C) -> Option<Released> {
        drop(thread::enter()?);
        go(address, caller)
    }
    if let Call::Detach { address } = call { go(address, caller) } else { None }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "a call more is a tenth of it")]
pub(super) fn release_attachment<C: Calling>(address: Addr, caller: C, inside: &Inside) -> Option<Released> {
    let released = contain(|| {
        let place = place(caller, inside);
        let release = |tracker: &mut Tracker| {
            let released = tracker.release(address, place);
            cache::fetch(tracker.next_detached());
            released
        };
        TRACKER.with(release).flatten()
    });
    let released = released.flatten()?;
    if !released.size.is_multiple_of(SMALLEST_PAGE) {
        cold_path();
        look_behind(address, caller, inside);
    }
    Some(released)
}

/// Where its last page is not full.
#[inline(never)]
fn look_behind<C: Calling>(address: Addr, caller: C, _inside: &Inside) {
    contain(|| {
        if slack::is_due(caller) {
            slack::before_detach(address, caller.into());
        }
    });
}

/// Where the detach failed, what was taken out for it is there again.
#[inline(always)]
pub(super) fn put_back(released: Option<Released>) {
    #[cold]
    #[inline(never)]
    fn go(released: Released) {
        if let Some(inside) = thread::enter() {
            restore(released, &inside);
        }
    }
    if let Some(released) = released {
        go(released);
    }
}

pub(super) fn restore(released: Released, _inside: &Inside) {
    contain(|| TRACKER.with(|tracker| tracker.restore(released)));
}

/// What the kernel has placed is not given to anybody else at once.
#[inline(always)]
pub(super) fn keep_place(call: Call, released: Option<Released>) {
    #[inline(never)]
    fn go(address: Addr, released: Released) {
        guard::after_detach(address, &released, None);
    }
    if let Call::Detach { address } = call
        && let Some(released) = released
        && released.chosen() == Chosen::ByKernel
        && guard::is_on()
    {
        cold_path();
        go(address, released);
    }
}
