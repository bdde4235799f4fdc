//! Signals as something to be read: all that can be held back are, so that none comes in the middle of anything.

use super::checked;
use std::io;
use std::mem::{MaybeUninit, size_of};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::null_mut;
use std::time::Duration;

/// A signal that arrived, as siginfo_t tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub signal: i32,
    /// SI_USER, SI_KERNEL …
    pub code: i32,
    /// Who sent it, where a process did.
    pub pid: i32,
    /// What sigqueue(3) has sent with it.
    value: usize,
}

/// All signals, held back from this process while this lives.
pub struct Held {
    before: libc::sigset_t,
    descriptor: OwnedFd,
}

/// What a process brings upon itself must not wait: it would go on to do it again.
const SELF_MADE: [i32; 7] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGABRT, libc::SIGSYS];

impl Held {
    /// # Errors
    /// What signalfd(2) says.
    pub fn new() -> io::Result<Self> {
        let mut all = MaybeUninit::uninit();
        // SAFETY: sigfillset writes the set.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        // SAFETY: written just now.
        let mut all = unsafe { all.assume_init() };
        for signal in SELF_MADE {
            // SAFETY: the set is whole.
            unsafe { libc::sigdelset(&raw mut all, signal) };
        }
        // SAFETY: the set is ours to read.
        let descriptor =
            checked(unsafe { libc::signalfd(-1, &raw const all, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) })?;
        // SAFETY: a fresh descriptor that nobody else owns.
        let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor) };
        let mut before = MaybeUninit::uninit();
        // SAFETY: one set is read, the other written.
        checked(unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const all, before.as_mut_ptr()) })?;
        // SAFETY: written by the call that succeeded.
        Ok(Self { before: unsafe { before.assume_init() }, descriptor })
    }

    /// What was held back when this process was started.
    pub const fn before(&self) -> libc::sigset_t {
        self.before
    }

    /// Lets them through again; those that have arrived meanwhile are forgotten.
    pub fn release(self) {
        while self.next().is_some() {}
        // SAFETY: the set is ours to read.
        unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const self.before, null_mut()) };
    }

    /// Waits until one arrives, at most so long.
    pub fn wait(&self, most: Option<Duration>) {
        let most = most.map_or(-1, |most| i32::try_from(most.as_millis() + 1).unwrap_or(i32::MAX));
        let mut poll = libc::pollfd { fd: self.descriptor.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one pollfd, on our stack.
        unsafe { libc::poll(&raw mut poll, 1, most) };
    }

    /// The next one, where there is one.
    pub fn next(&self) -> Option<Arrived> {
        let mut info = MaybeUninit::<libc::signalfd_siginfo>::zeroed();
        let size = size_of::<libc::signalfd_siginfo>();
        // SAFETY: the kernel writes at most `size` bytes into our struct.
        let read = unsafe { libc::read(self.descriptor.as_raw_fd(), info.as_mut_ptr().cast(), size) };
        if usize::try_from(read) != Ok(size) {
            return None;
        }
        // SAFETY: any bytes are a valid signalfd_siginfo.
        let info = unsafe { info.assume_init() };
        Some(Arrived {
            signal: info.ssi_signo.cast_signed(),
            code: info.ssi_code,
            pid: info.ssi_pid.cast_signed(),
            value: usize::try_from(info.ssi_ptr).unwrap_or_default(),
        })
    }
}

impl Arrived {
    /// Whether the kernel sent it, and not a process.
    pub const fn is_of_the_kernel(&self) -> bool {
        self.code > 0
    }

    /// Sends the same to `pid`. That it may be gone by now is no failure.
    pub fn pass_on(&self, pid: i32) {
        if self.code == libc::SI_QUEUE {
            let value = libc::sigval { sival_ptr: std::ptr::with_exposed_provenance_mut(self.value) };
            // SAFETY: the value is a number to us.
            unsafe { libc::sigqueue(pid, self.signal, value) };
        } else {
            // SAFETY: kill takes numbers only.
            unsafe { libc::kill(pid, self.signal) };
        }
    }
}

/// Whether this signal has arrived and was not read yet.
pub fn is_pending(signal: i32) -> bool {
    let mut pending = MaybeUninit::uninit();
    // SAFETY: the kernel writes the set.
    let asked = unsafe { libc::sigpending(pending.as_mut_ptr()) };
    // SAFETY: written where the call succeeded, which is asked first.
    asked == 0 && unsafe { libc::sigismember(pending.as_ptr(), signal) } == 1
}
