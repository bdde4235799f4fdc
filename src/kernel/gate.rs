//! While a file of ours is open its descriptor is in the way of nobody but of a fork, whose child would keep it for ever. So a
//! fork waits for those in front of it who have one open, and those behind it wait for the fork, neither longer than a
//! moment. They do not wait for one another.
//!
//! Nobody enters twice, nor with a lock that is held over a fork: the fork would wait for him, and he for the fork. Signals are
//! held back meanwhile: a handler that forks would wait for itself.

use super::clock::Stopwatch;
use super::futex::{self, Waited};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// Nobody stays longer; who waits longer waits for somebody who is gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many threads have one open, and above them how many are forking.
static GATE: AtomicU32 = AtomicU32::new(0);
const ONE: u32 = 1;
const FORK: u32 = 1 << 16;
const INSIDE: u32 = FORK - 1;

/// While it lives, this thread may have a file open.
pub struct Entered(());

/// Waits for those who fork now.
pub fn enter() -> Entered {
    let begin = Stopwatch::start();
    let mut in_vain = false;
    loop {
        let seen = GATE.load(SeqCst);
        if (seen < FORK || in_vain) && GATE.compare_exchange(seen, seen + ONE, SeqCst, SeqCst).is_ok() {
            return Entered(());
        }
        in_vain = seen >= FORK && wait(seen, &begin) == Waited::InVain;
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Nobody counts this one where a child began to count anew after a fork that told nobody.
        let counted = |seen: u32| (seen & INSIDE != 0).then(|| seen - ONE);
        if let Ok(before) = GATE.fetch_update(SeqCst, SeqCst, counted)
            && before >= FORK
            && before & INSIDE == ONE
        {
            wake();
        }
    }
}

/// Before a fork: waits for those who write now, and lets nobody begin.
pub fn close() {
    let begin = Stopwatch::start();
    let mut seen = GATE.fetch_add(FORK, SeqCst) + FORK;
    while seen & INSIDE != 0 && wait(seen, &begin) == Waited::ForNews {
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

fn wait(seen: u32, begin: &Stopwatch) -> Waited {
    match PATIENCE.checked_sub(begin.elapsed()).filter(|left| !left.is_zero()) {
        None => Waited::InVain,
        Some(left) => futex::wait(&GATE, seen, left),
    }
}

fn wake() {
    futex::wake(&GATE, libc::c_int::MAX);
}
