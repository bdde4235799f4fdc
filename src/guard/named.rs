//! The program names the address of an attach: what is ours there goes first, so that the kernel's answer is the one that the
//! program would have had.

use super::{ground, inside, is_arena, quarantine};
use crate::state::TRACKER;
use crate::thread::Inside;
use crate::{boundary, facts, kernel};
use shmsan_core::call::{Addr, ShmId};

/// Before the attach.
#[inline]
pub fn make_way(id: ShmId, address: Addr, held: Option<&Inside>) {
    let may_lie_there = ground::contains(address) || !quarantine::is_empty();
    if may_lie_there && !boundary::is_locked_in() {
        give_way(id, address, held);
    }
}

#[cold]
fn give_way(id: ShmId, address: Addr, held: Option<&Inside>) {
    inside(held, || {
        let page = kernel::page_size();
        // With SHM_RND the kernel rounds it down.
        let begin = Addr(address.0 - address.0 % page);
        let end = Addr(address.0.saturating_add(facts::learn(id)?.size));
        quarantine::give_way(begin, end);
        if !is_arena() {
            remove_anchors(begin, end);
        } else if let Some(slots) = slots(begin, end) {
            ground::give_way(begin, Addr(end.0.next_multiple_of(page)), slots);
        }
        Some(())
    });
}

/// One after the other: nothing allocates under the lock.
pub fn remove_anchors(begin: Addr, end: Addr) {
    let mut from = begin;
    while let Some(anchor) = TRACKER.with(|tracker| tracker.gap()?.anchors(from, end).next()).flatten() {
        ground::remove_anchor(anchor);
        from = Addr(anchor.0 + 1);
    }
}

/// Where the slots begin and end that these addresses touch; nothing where one of them is none of ours.
pub fn slots(begin: Addr, end: Addr) -> Option<(Addr, Addr)> {
    TRACKER.with(|tracker| tracker.gap()?.slots(begin, end)).flatten()
}
