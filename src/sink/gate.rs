//! While a log file is open its descriptor is in the way of nobody but of a fork, whose child would keep it for ever. So a
//! fork waits for the writers in front of it and the writers behind it wait for the fork, neither longer than a moment.
//! Writers do not wait for one another.

use crate::kernel::int;
use crate::kernel::raw::syscall;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// Nobody stays longer; who waits longer waits for somebody who is gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many threads have a log file open, and above them how many are forking.
static GATE: AtomicU32 = AtomicU32::new(0);
const WRITER: u32 = 1;
const FORK: u32 = 1 << 16;
const WRITERS: u32 = FORK - 1;

/// While it lives, this thread may have a log file open.
pub struct Writer(());

/// Waits for those who fork now.
pub fn enter() -> Writer {
    let begin = Instant::now();
    loop {
        let seen = GATE.load(SeqCst);
        let in_vain = seen >= FORK && begin.elapsed() >= PATIENCE;
        if (seen < FORK || in_vain) && GATE.compare_exchange(seen, seen + WRITER, SeqCst, SeqCst).is_ok() {
            return Writer(());
        }
        if seen >= FORK && !in_vain {
            wait(seen, begin);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Nobody counts this one where a child began to count anew after a fork that told nobody.
        let counted = |seen: u32| (seen & WRITERS != 0).then(|| seen - WRITER);
        if let Ok(before) = GATE.fetch_update(SeqCst, SeqCst, counted)
            && before >= FORK
            && before & WRITERS == WRITER
        {
            wake();
        }
    }
}

/// Before a fork: waits for those who write now, and lets nobody begin.
pub fn close() {
    let begin = Instant::now();
    let mut seen = GATE.fetch_add(FORK, SeqCst) + FORK;
    while seen & WRITERS != 0 && begin.elapsed() < PATIENCE {
        wait(seen, begin);
        seen = GATE.load(SeqCst);
    }
}

/// After the fork, in the parent.
pub fn open() {
    let _ = GATE.fetch_update(SeqCst, SeqCst, |seen| seen.checked_sub(FORK));
    wake();
}

/// In the child of a fork, where no other thread is.
pub fn open_in_child() {
    GATE.store(0, SeqCst);
}

fn wait(seen: u32, begin: Instant) {
    let left = PATIENCE.saturating_sub(begin.elapsed());
    let limit = libc::timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: i64::from(left.subsec_nanos()) };
    let operation = int(libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG);
    let arguments = [GATE.as_ptr() as usize, operation, seen as usize, &raw const limit as usize];
    // SAFETY: the word is a static, the timespec lives on our stack.
    let _ = unsafe { syscall(libc::SYS_futex, arguments) };
}

fn wake() {
    let operation = int(libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG);
    let everybody = int(libc::c_int::MAX);
    // SAFETY: waking touches nothing.
    let _ = unsafe { syscall(libc::SYS_futex, [GATE.as_ptr() as usize, operation, everybody, 0]) };
}
