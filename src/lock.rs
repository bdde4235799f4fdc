//! A lock that gives up: whoever held it may be gone (a thread that left a signal handler by siglongjmp, a child of
//! `_Fork`), and the program must go on.

use crate::kernel::clock::Stopwatch;
use crate::kernel::futex;
use std::cell::UnsafeCell;
use std::ops::Deref;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::time::Duration;

const FREE: u32 = 0;
const HELD: u32 = 1;
const WAITED_FOR: u32 = 2;

/// No holder needs a thousandth of this; who waits longer waits in vain.
const PATIENCE: Duration = Duration::from_secs(1);
/// Where a lock is most likely lost.
pub const SHORT_PATIENCE: Duration = Duration::from_millis(5);

/// So long at most nobody looks whether the lock is free again.
const LONGEST_SLEEP: Duration = Duration::from_millis(1);

static IMPATIENT: AtomicBool = AtomicBool::new(false);

/// Where `lost`, a lock that is taken is hardly waited for.
pub fn lose_patience(lost: bool) {
    IMPATIENT.store(lost, Relaxed);
}

pub struct RawLock(AtomicU32);

impl RawLock {
    pub const fn new() -> Self {
        Self(AtomicU32::new(FREE))
    }

    /// `false` where it could not be had within a second.
    pub fn acquire(&self) -> bool {
        self.acquire_if_free() || self.acquire_patiently()
    }

    /// `false` where it could not be had within that time.
    pub fn acquire_within(&self, patience: Duration) -> bool {
        self.acquire_if_free() || self.acquire_slowly(patience)
    }

    /// Without waiting.
    pub fn acquire_if_free(&self) -> bool {
        self.0.compare_exchange(FREE, HELD, Acquire, Relaxed).is_ok()
    }

    #[cold]
    #[inline(never)]
    fn acquire_patiently(&self) -> bool {
        self.acquire_slowly(if IMPATIENT.load(Relaxed) { SHORT_PATIENCE } else { PATIENCE })
    }

    #[cold]
    #[inline(never)]
    fn acquire_slowly(&self, limit: Duration) -> bool {
        for _ in 0..100 {
            if self.0.load(Relaxed) == FREE && self.0.compare_exchange(FREE, HELD, Acquire, Relaxed).is_ok() {
                return true;
            }
            std::hint::spin_loop();
        }
        let begin = Stopwatch::start();
        while self.0.swap(WAITED_FOR, Acquire) != FREE {
            let Some(patience) = limit.checked_sub(begin.elapsed()).filter(|left| !left.is_zero()) else {
                return false;
            };
            futex::wait(&self.0, WAITED_FOR, patience.min(LONGEST_SLEEP));
        }
        true
    }

    /// Not one step, which would wait until all that was written before has reached the cache. Who begins to wait between the
    /// two is not woken, and looks again by itself.
    pub fn release(&self) {
        let is_waited_for = self.0.load(Relaxed) == WAITED_FOR;
        self.0.store(FREE, Release);
        if is_waited_for {
            self.wake();
        }
    }

    #[cold]
    #[inline(never)]
    fn wake(&self) {
        futex::wake(&self.0, 1);
    }
}

/// What every call touches: it begins with a line of the cache.
#[repr(align(64))]
pub struct Line<T>(pub T);

impl<T> Deref for Line<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A value behind such a lock, which stands beside what is touched first.
#[repr(C)]
pub struct Locked<T> {
    lock: RawLock,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through the lock.
unsafe impl<T: Send> Sync for Locked<T> {}

impl<T> Locked<T> {
    pub const fn new(value: T) -> Self {
        Self { lock: RawLock::new(), value: UnsafeCell::new(value) }
    }

    /// Runs `work` with the value; `None` where the lock could not be had. `work` must neither allocate nor wait.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        if self.lock.acquire() { Some(self.with_held(work)) } else { None }
    }

    /// As [`Locked::with`], waiting no longer than that.
    pub fn with_within<R>(&self, patience: Duration, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        if self.lock.acquire_within(patience) { Some(self.with_held(work)) } else { None }
    }

    /// As [`Locked::with`], without waiting.
    pub fn with_if_free<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        if self.lock.acquire_if_free() { Some(self.with_held(work)) } else { None }
    }

    fn with_held<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        struct Release<'a>(&'a RawLock);
        impl Drop for Release<'_> {
            fn drop(&mut self) {
                self.0.release();
            }
        }
        let _release = Release(&self.lock);
        // SAFETY: the lock is held, and `with` does not nest: the thread's word keeps a second entry out.
        work(unsafe { &mut *self.value.get() })
    }

    pub const fn raw(&self) -> &RawLock {
        &self.lock
    }
}
