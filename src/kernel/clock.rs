//! The clocks, mostly read without a system call (vdso(7)).

use shmsan_core::time::Time;

/// The time of day.
pub fn time() -> Time {
    let now = read(libc::CLOCK_REALTIME);
    Time::new(now.tv_sec, now.tv_nsec)
}

/// The time of day as of the last tick, some milliseconds ago at most: half the price.
pub fn coarse_time() -> Time {
    let now = read(libc::CLOCK_REALTIME_COARSE);
    Time::new(now.tv_sec, now.tv_nsec)
}

/// From some moment on, without jumps.
pub fn monotonic_ns() -> u64 {
    let now = read(libc::CLOCK_MONOTONIC);
    u64::try_from(Time::new(now.tv_sec, now.tv_nsec).0).unwrap_or_default()
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
