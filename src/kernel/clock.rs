//! The clocks, mostly read without a system call (vdso(7)).

use shmsan_core::time::Time;

/// The time of day.
pub fn time() -> Time {
    let now = read(libc::CLOCK_REALTIME);
    Time::new(now.tv_sec, now.tv_nsec)
}

/// From some moment on, without jumps.
pub fn monotonic_ns() -> u64 {
    let now = read(libc::CLOCK_MONOTONIC);
    u64::try_from(Time::new(now.tv_sec, now.tv_nsec).0).unwrap_or_default()
}

fn read(clock: libc::clockid_t) -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes into our struct.
    unsafe { libc::clock_gettime(clock, &raw mut now) };
    now
}
