//! The clocks, mostly read without a system call (vdso(7)).

use shmsan_core::time::Time;
use std::cell::Cell;
use std::time::Duration;

/// The time of day.
pub fn time() -> Time {
    let now = read(libc::CLOCK_REALTIME);
    Time::new(now.tv_sec, now.tv_nsec)
}

/// The time of day in whole seconds, as the kernel notes it of a segment (time(2)): a quarter of the price.
pub fn whole_second() -> Time {
    // SAFETY: it writes nowhere.
    let seconds = unsafe { libc::time(std::ptr::null_mut()) };
    Time::new(seconds, 0)
}

/// From some moment on, without jumps.
pub fn monotonic_ns() -> u64 {
    let now = read(libc::CLOCK_MONOTONIC);
    u64::try_from(Time::new(now.tv_sec, now.tv_nsec).0).unwrap_or_default()
}

/// How long somebody waits. A sandbox may refuse each look at a clock, where there is none in memory: the standard library's own
/// would panic then, and this one takes each question for a millisecond.
pub struct Stopwatch {
    begin: u64,
    asked: Cell<u64>,
}

impl Stopwatch {
    pub fn start() -> Self {
        Self { begin: monotonic_ns(), asked: Cell::new(0) }
    }

    pub fn elapsed(&self) -> Duration {
        self.asked.set(self.asked.get() + 1);
        match monotonic_ns() {
            0 => Duration::from_millis(self.asked.get()),
            now => Duration::from_nanos(now.saturating_sub(self.begin)),
        }
    }
}

/// Seconds since the epoch, from clock ticks since the machine began.
pub fn from_ticks(ticks: u64) -> Option<i64> {
    // SAFETY: sysconf only looks.
    let per_second = u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).ok().filter(|count| *count > 0)?;
    let began = read(libc::CLOCK_REALTIME).tv_sec - read(libc::CLOCK_BOOTTIME).tv_sec;
    Some(began + i64::try_from(ticks / per_second).ok()?)
}

fn read(clock: libc::clockid_t) -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes into our struct.
    unsafe { libc::clock_gettime(clock, &raw mut now) };
    now
}
