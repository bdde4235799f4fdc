//! What the kernel placed and has got back by a detach is kept from use for a while: a mapping that nobody can touch is put there,
//! where nothing is. It is known by its inode, so that nothing else is ever taken away again. Only attachments that
//! found no place of ours come here: nothing of it is done in the usual case.

use crate::facts;
use crate::kernel::{self, file, map, signal};
use crate::lock::RawLock;
use crate::state::{TRACKER, options};
use shmsan_core::call::Addr;
use shmsan_core::facts::Facts;
use shmsan_core::tracker::{Kept, Released};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64};

/// One after the other: what was looked at is still there when it is taken away.
static ONE: RawLock = RawLock::new();

/// For a first look without a lock.
static EMPTY: AtomicBool = AtomicBool::new(true);

/// What is kept costs a dozen system calls. So many are kept at once, and then one in so many nanoseconds: a loop that attaches and
/// detaches is hardly slowed down.
const AT_ONCE: u64 = 64;
const INTERVAL: u64 = 1_000_000;

/// Held over a fork.
pub fn lock() -> &'static RawLock {
    &ONE
}

pub fn is_empty() -> bool {
    EMPTY.load(Relaxed)
}

/// After the detach of what was `released` from `address`; `false` where somebody may be given its place at once.
pub fn keep(address: Addr, released: &Released) -> bool {
    let limit = usize::try_from(options().quarantine_mb).unwrap_or(0) << 20;
    let page = kernel::page_size();
    let begin = Addr(address.0 - address.0 % page);
    let end = Addr((address.0 + released.size).next_multiple_of(page));
    let size = end.0 - begin.0;
    let keep = || {
        if !is_due() || map::is_address_space_limited() {
            return false;
        }
        while let Some(oldest) = TRACKER.with(|tracker| tracker.quarantine().in_the_way_of(size, limit)).flatten() {
            if !give_back(&oldest) {
                return false;
            }
        }
        put(begin, end, released)
    };
    // Nobody has asked for it.
    limit == 0 || size <= limit && !is_each_byte_counted() && one_at_a_time(keep) == Some(true)
}

/// Before the program attaches something between two addresses. Where nobody tells what is there, nothing is taken away.
pub fn give_way(begin: Addr, end: Addr) {
    one_at_a_time(|| {
        while let Some(kept) = TRACKER.with(|tracker| tracker.quarantine().between(begin, end)).flatten() {
            if !give_back(&kept) {
                break;
            }
        }
    });
}

/// A signal handler that leaves by siglongjmp(3) must not take the lock with it.
fn one_at_a_time<T>(work: impl FnOnce() -> T) -> Option<T> {
    signal::undisturbed(|| {
        if !ONE.acquire() {
            return None;
        }
        let result = work();
        ONE.release();
        Some(result)
    })
}

/// Whether enough time has gone by since what was kept before.
fn is_due() -> bool {
    static PAID_UNTIL: AtomicU64 = AtomicU64::new(0);
    let now = kernel::clock::monotonic_ns();
    let paid_until = PAID_UNTIL.load(Relaxed).max(now);
    let is_due = paid_until - now < AT_ONCE * INTERVAL;
    if is_due {
        PAID_UNTIL.store(paid_until + INTERVAL, Relaxed);
    }
    is_due
}

/// Maps what keeps others out, where nobody was faster.
fn put(begin: Addr, end: Addr, released: &Released) -> bool {
    let size = end.0 - begin.0;
    if map::kept_out_at(begin.0, size).is_err() {
        return false;
    }
    let kept = !map::is_locked(begin.0, size)
        && inode_at(begin).is_some_and(|inode| {
            TRACKER.with(|tracker| {
                let kept = tracker.keep(released, begin, end, inode);
                EMPTY.store(tracker.quarantine().is_empty(), Relaxed);
                kept
            }) == Some(true)
        });
    if !kept {
        // SAFETY: mapped a moment ago, and nobody can use it.
        let _ = unsafe { map::unmap(begin.0, size) };
    }
    kept
}

fn inode_at(begin: Addr) -> Option<u64> {
    let mut inode = None;
    facts::Kernel::default().each_mapping(begin, Addr(begin.0 + 1), &mut |mapping| {
        inode = Some(mapping.inode).filter(|_| mapping.begin == begin && mapping.keeps_others_out());
        ControlFlow::Break(())
    })?;
    inode
}

/// Takes away what is left there of ours; `false` where nobody tells.
fn give_back(kept: &Kept) -> bool {
    let looked = facts::Kernel::default().each_mapping(kept.begin, kept.end, &mut |mapping| {
        if mapping.keeps_others_out() && mapping.inode == kept.inode {
            let (begin, end) = (mapping.begin.max(kept.begin), mapping.end.min(kept.end));
            // SAFETY: ours by its inode, and nobody can use it.
            let _ = unsafe { map::unmap(begin.0, end.0 - begin.0) };
        }
        ControlFlow::Continue(())
    });
    let forget = || {
        TRACKER.with(|tracker| {
            tracker.quarantine().forget(kept.inode);
            EMPTY.store(tracker.quarantine().is_empty(), Relaxed);
        })
    };
    looked.and_then(|()| forget()).is_some()
}

/// Whether the kernel takes shared memory that nobody can touch for memory in use (vm.overcommit_memory, proc(5)): asked once.
fn is_each_byte_counted() -> bool {
    static ANSWER: AtomicU8 = AtomicU8::new(NOT_ASKED);
    const NOT_ASKED: u8 = 2;
    if ANSWER.load(Relaxed) == NOT_ASKED {
        let mode = file::read(c"/proc/sys/vm/overcommit_memory", 16);
        ANSWER.store(u8::from(mode.is_none_or(|mode| mode.starts_with(b"2"))), Relaxed);
    }
    ANSWER.load(Relaxed) == 1
}
