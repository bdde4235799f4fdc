//! Waiting for a word in memory to change (futex(2)).

use super::int;
use super::raw::syscall;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    ForNews,
    /// All the time is over.
    InVain,
}

/// Waits until somebody wakes those who wait for `word`, as long as it has the value that was `seen`.
pub fn wait(word: &AtomicU32, seen: u32, limit: Duration) -> Waited {
    let limit = libc::timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: i64::from(limit.subsec_nanos()) };
    let operation = int(libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG);
    let arguments = [word.as_ptr() as usize, operation, seen as usize, &raw const limit as usize];
    // SAFETY: the word lives as long as its reference, the timespec lives on our stack.
    match unsafe { syscall(libc::SYS_futex, arguments) } {
        Err(libc::ETIMEDOUT) => Waited::InVain,
        _ => Waited::ForNews,
    }
}

/// Wakes at most so many of them.
pub fn wake(word: &AtomicU32, most: libc::c_int) {
    let operation = int(libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG);
    // SAFETY: waking touches nothing.
    let _ = unsafe { syscall(libc::SYS_futex, [word.as_ptr() as usize, operation, int(most), 0]) };
}
