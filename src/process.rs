//! Which process this is, without asking each time: a page that the kernel wipes in every child holds the pid, so that a
//! child of fork, `_Fork` or raw clone finds 0 there. A vfork child shares its parent's memory and rightly finds the parent.

use crate::kernel::{self, map};
use once_cell::race::OnceNonZeroUsize;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::{Acquire, Release};

static PAGE: OnceNonZeroUsize = OnceNonZeroUsize::new();
/// In the page's place where there is none: there, only `pthread_atfork` tells of a fork.
static WORD: AtomicI32 = AtomicI32::new(0);
const SIZE: usize = 4096;

fn word() -> &'static AtomicI32 {
    let address = PAGE.get_or_init(make_page).get() as *const AtomicI32;
    // SAFETY: a page that is never unmapped, or the static.
    unsafe { &*address }
}

fn make_page() -> NonZeroUsize {
    let page = map::pages(SIZE).ok().filter(|page| {
        let wiped = map::wipe_on_fork(*page, SIZE).is_ok();
        if !wiped {
            // SAFETY: made right here.
            let _ = unsafe { map::unmap(*page, SIZE) };
        }
        wiped
    });
    page.and_then(NonZeroUsize::new).unwrap_or_else(|| NonZeroUsize::from(std::ptr::NonNull::from(&WORD).addr()))
}

/// The pid, or nothing in a process that has not said [`settle`] yet.
pub fn known() -> Option<i32> {
    Some(word().load(Acquire)).filter(|pid| *pid != 0)
}

/// Who forked this process; negative in one that came by an exec.
static PARENT: AtomicI32 = AtomicI32::new(-1);

/// Remembers the parent; called in the child of a fork.
pub fn remember_parent() {
    PARENT.store(kernel::parent(), Release);
}

/// The parent that forked this process, while it lives: an orphan has another one.
pub fn living_parent() -> Option<i32> {
    Some(PARENT.load(Acquire)).filter(|parent| *parent >= 0 && *parent == kernel::parent())
}

/// Whether any call of the five was looked at, in this process or before it was forked.
pub fn is_in_use() -> bool {
    PAGE.get().is_some()
}

/// This is a child: to be said where the kernel does not wipe the page.
pub fn forget() {
    word().store(0, Release);
}

/// From now on this process is known.
pub fn settle() {
    word().store(kernel::pid(), Release);
}
