//! `trace=1`: each call as a line, as strace would print it.

use crate::site::{self, Caller};
use crate::{kernel, memory, sink};
use shmsan_core::call::{Call, Outcome};
use shmsan_core::event::{Clock, Event};

/// Begun before a call that is traced.
pub struct Stopwatch {
    epoch: libc::timespec,
    begin: libc::timespec,
}

impl Stopwatch {
    pub fn start() -> Self {
        Self { epoch: now(libc::CLOCK_REALTIME), begin: now(libc::CLOCK_MONOTONIC) }
    }

    /// Prints the line.
    pub fn stop(self, call: &Call, outcome: Outcome, caller: &Caller) {
        let end = now(libc::CLOCK_MONOTONIC);
        let elapsed = (end.tv_sec - self.begin.tv_sec) * 1_000_000_000 + end.tv_nsec - self.begin.tv_nsec;
        let path = path(call);
        let event = Event {
            pid: kernel::pid(),
            time: Clock::new(self.epoch.tv_sec, self.epoch.tv_nsec),
            call,
            outcome,
            path: path.as_deref(),
            duration_ns: elapsed.try_into().unwrap_or_default(),
            caller: site::frame(site::keep(caller)),
        };
        sink::stderr(format!("{event}\n").as_bytes());
    }
}

fn path(call: &Call) -> Option<Vec<u8>> {
    match *call {
        Call::Ftok { path, .. } => memory::path(path),
        _ => None,
    }
}

fn now(clock: libc::clockid_t) -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel (mostly the vDSO) writes into our struct.
    unsafe { libc::clock_gettime(clock, &raw mut now) };
    now
}
