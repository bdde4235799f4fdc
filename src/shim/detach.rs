//! What a detach takes out of the tracker before the call, and what becomes of it after.

use super::place;
use crate::boundary::contain;
use crate::guard;
use crate::site::Caller;
use crate::slack;
use crate::state::TRACKER;
use crate::thread::{self, Inside};
use shmsan_core::call::{Addr, Call, Outcome};
use shmsan_core::tracker::{Chosen, Released};

/// No page is smaller.
const SMALLEST_PAGE: usize = 4096;

/// Takes an attachment out of the tracker before its detach: another thread may be given the address while the call is
/// still on its way back.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub(super) fn release<C: Into<Caller>>(call: Call, caller: C) -> Option<Released> {
    match call {
        // The site is kept inside: a new one takes memory, and a handler that interrupts that must not come here again.
        Call::Detach { address } => release_attachment(address, caller, &thread::enter()?),
        _ => None,
    }
}

#[inline(never)]
pub(super) fn release_attachment<C: Into<Caller>>(address: Addr, caller: C, _inside: &Inside) -> Option<Released> {
    contain(|| {
        let caller = caller.into();
        let place = place(caller);
        let released = TRACKER.with(|tracker| tracker.release(address, place)).flatten()?;
        if !released.size.is_multiple_of(SMALLEST_PAGE) && slack::is_due(caller) {
            slack::before_detach(address, caller);
        }
        Some(released)
    })
    .flatten()
}

/// Where the detach failed, what was taken out for it is there again.
#[inline(always)]
pub(super) fn put_back(outcome: Outcome, released: Option<Released>) {
    #[cold]
    #[inline(never)]
    fn go(released: Released) {
        if let Some(inside) = thread::enter() {
            restore(released, &inside);
        }
    }
    if outcome.is_err()
        && let Some(released) = released
    {
        go(released);
    }
}

pub(super) fn restore(released: Released, _inside: &Inside) {
    contain(|| TRACKER.with(|tracker| tracker.restore(released)));
}

/// What the kernel has placed is not given to anybody else at once.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
pub(super) fn keep_place(call: Call, released: Option<Released>) {
    if let Call::Detach { address } = call
        && let Some(released) = released
        && released.chosen() == Chosen::ByKernel
        && guard::is_on()
    {
        guard::after_detach(address, &released, None);
    }
}
