//! A child that the program does not hear of: no handler of pthread_atfork(3) runs for it, its end sends no signal, and
//! wait(2) does not see it, unless it asks for such children (__WALL, __WCLONE).
//!
//! It is a copy, and takes as long as any fork(2): some 25 ms for each GiB of private memory in small pages, next to nothing for
//! segments and huge pages. A child that shared the program's memory (CLONE_VM) would need none of that, nor raise nattch.
//! But what it holds when it is ended, as the allocator's lock, would be lost to the program; before Linux 5.16 its own death
//! by a signal would kill the program; and it could not unwind the stack that faulted, on which it cannot run.

use super::clock::Stopwatch;
use super::int;
use super::raw::{syscall, syscall6};
use std::time::Duration;

pub enum Forked {
    Child,
    Parent(Child),
}

pub struct Child(i32);

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this exit status.
    With(i32),
    /// By a signal, or not in time.
    Badly,
    /// Another thread of the program waits for children of all kinds, and was faster.
    Unseen,
}

/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(1);
/// By so much the end that it has set itself may come later, and the one that it is brought to: the kernel takes as long to give
/// back a copy as to make it.
const LATE: Duration = Duration::from_secs(1);
const VERY_LATE: Duration = Duration::from_secs(10);

/// A copy of this process with this thread alone; `None` where there can be none, or nobody could wait for its end: until then it
/// has attached what the process has.
pub fn fork() -> Option<Forked> {
    if Child(super::pid()).status() != Err(libc::ECHILD) {
        return None;
    }
    // Without a signal for its end, wait(2) does not see it, nor is it taken for a child whose end is ignored.
    // SAFETY: without flags and without a stack it is a fork; the caller's stack is copied.
    let forked = unsafe { syscall6(libc::SYS_clone, [0; 6]) };
    match i32::try_from(forked.ok()?).ok()? {
        0 => Some(Forked::Child),
        pid => Some(Forked::Parent(Child(pid))),
    }
}

impl Child {
    /// Waits for its end, which it has set itself after `patience`: once another thread has waited for it, its pid may be
    /// anybody's. It is killed from here only where it was stopped before it could do that, and right after the kernel said
    /// that it is still our child.
    pub fn wait(self, patience: Duration) -> Ended {
        let ended = self.end_within(patience + LATE).or_else(|| {
            // SAFETY: as said above.
            let _ = unsafe { syscall(libc::SYS_kill, [int(self.0), int(libc::SIGKILL), 0, 0]) };
            self.end_within(VERY_LATE)
        });
        ended.unwrap_or(Ended::Badly)
    }

    /// `None` where it has not ended by then.
    fn end_within(&self, patience: Duration) -> Option<Ended> {
        let begin = Stopwatch::start();
        // It is looked at again and again: a pidfd would be one more descriptor in the program's table, where another thread
        // may close it, or put a file of its own in its place.
        loop {
            match self.status() {
                Ok(None) if begin.elapsed() >= patience => return None,
                Ok(None) => {}
                Ok(Some(status)) if libc::WIFEXITED(status) => return Some(Ended::With(libc::WEXITSTATUS(status))),
                Err(libc::ECHILD) => return Some(Ended::Unseen),
                Ok(Some(_)) | Err(_) => return Some(Ended::Badly),
            }
            let glance = libc::timespec { tv_sec: 0, tv_nsec: i64::from(GLANCE.subsec_nanos()) };
            // SAFETY: no descriptors, and a timespec on our stack.
            let _ = unsafe { syscall6(libc::SYS_ppoll, [0, 0, &raw const glance as usize, 0, 0, 0]) };
        }
    }

    /// What wait(2) would tell of it, once it has ended.
    fn status(&self) -> Result<Option<i32>, i32> {
        let mut status = 0;
        // __WCLONE: a child of the program's that has got the same pid is none such.
        let options = int(libc::WNOHANG | libc::__WCLONE);
        // SAFETY: the kernel writes into our int.
        let waited = unsafe { syscall(libc::SYS_wait4, [int(self.0), &raw mut status as usize, options, 0]) }?;
        Ok((waited == int(self.0)).then_some(status))
    }
}

/// In the child: it ends after that time, by a signal that nothing holds back; `false` where that cannot be had.
pub fn end_within(patience: Duration) -> bool {
    const SIGEV_SIGNAL: i32 = 0;
    // `struct sigevent` begins with a value, a signal and how to notify.
    let mut event = [0_u64; 8];
    event[1] = u64::from(libc::SIGKILL.cast_unsigned()) | u64::from(SIGEV_SIGNAL.cast_unsigned()) << 32;
    let mut timer = 0_i32;
    let arguments = [int(libc::CLOCK_MONOTONIC), &raw const event as usize, &raw mut timer as usize, 0];
    // SAFETY: a sigevent of 64 bytes and an int, both on our stack.
    if unsafe { syscall(libc::SYS_timer_create, arguments) }.is_err() {
        return false;
    }
    let time = libc::timespec { tv_sec: patience.as_secs().cast_signed(), tv_nsec: i64::from(patience.subsec_nanos()) };
    let once = libc::itimerspec { it_interval: libc::timespec { tv_sec: 0, tv_nsec: 0 }, it_value: time };
    // SAFETY: the kernel reads our struct.
    unsafe { syscall(libc::SYS_timer_settime, [int(timer), 0, &raw const once as usize, 0]) }.is_ok()
}

/// In the child: should it die, it leaves no core beside the program's, of which it is a copy. Where cores go to a pipe RLIMIT_CORE
/// would not do (core(5)). It holds for this process's memory alone.
pub fn dump_no_core() {
    let not_dumpable = 0;
    // SAFETY: it takes a number.
    let _ = unsafe { syscall(libc::SYS_prctl, [int(libc::PR_SET_DUMPABLE), not_dumpable, 0, 0]) };
}
