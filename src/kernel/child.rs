//! A child that the program does not hear of: no handler of pthread_atfork(3) runs for it, its end sends no signal, and
//! wait(2) does not see it.

use super::int;
use super::raw::{syscall, syscall6};
use std::time::{Duration, Instant};

pub enum Forked {
    Child,
    Parent(Child),
}

pub struct Child(i32);

/// How often it is looked at where the kernel cannot tell when it ends.
const GLANCE: Duration = Duration::from_millis(1);

/// A copy of this process with this thread alone; `None` where there can be none.
pub fn fork() -> Option<Forked> {
    // SAFETY: without flags and without a stack it is a fork; the caller's stack is copied.
    let forked = unsafe { syscall6(libc::SYS_clone, [0; 6]) };
    match i32::try_from(forked.ok()?).ok()? {
        0 => Some(Forked::Child),
        pid => Some(Forked::Parent(Child(pid))),
    }
}

impl Child {
    /// Its exit status; `None` where it died by a signal, or has taken longer than `patience` and was ended.
    pub fn wait(self, patience: Duration) -> Option<i32> {
        self.wait_for_its_end(patience);
        let ended = self.status(libc::WNOHANG);
        if ended.is_none() {
            // SAFETY: it is our child, and was not waited for.
            let _ = unsafe { syscall(libc::SYS_kill, [int(self.0), int(libc::SIGKILL), 0, 0]) };
            self.status(0);
        }
        ended.filter(|status| libc::WIFEXITED(*status)).map(|status| libc::WEXITSTATUS(status))
    }

    fn wait_for_its_end(&self, patience: Duration) {
        let begin = Instant::now();
        // SAFETY: it is our child, and was not waited for.
        let watched = unsafe { syscall(libc::SYS_pidfd_open, [int(self.0), 0, 0, 0]) };
        while let Some(left) = patience.checked_sub(begin.elapsed()).filter(|left| !left.is_zero()) {
            let time = if watched.is_ok() { left } else { GLANCE };
            let limit =
                libc::timespec { tv_sec: time.as_secs().cast_signed(), tv_nsec: i64::from(time.subsec_nanos()) };
            let mut end = libc::pollfd {
                fd: watched.ok().and_then(|descriptor| i32::try_from(descriptor).ok()).unwrap_or(-1),
                events: libc::POLLIN,
                revents: 0,
            };
            let arguments = [&raw mut end as usize, 1, &raw const limit as usize, 0, 0, 0];
            // SAFETY: a pollfd and a timespec on our stack.
            let polled = unsafe { syscall6(libc::SYS_ppoll, arguments) };
            if polled.is_ok_and(|ready| ready > 0) || watched.is_err() && self.has_ended() {
                break;
            }
        }
        if let Ok(descriptor) = watched {
            // SAFETY: ours, and not used any more.
            let _ = unsafe { syscall(libc::SYS_close, [descriptor, 0, 0, 0]) };
        }
    }

    /// Without waiting for it.
    fn has_ended(&self) -> bool {
        let options = int(libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL);
        let mut info = [0_u32; 32];
        let arguments = [libc::P_PID as usize, int(self.0), info.as_mut_ptr() as usize, options, 0, 0];
        // SAFETY: a siginfo_t has 128 bytes.
        let asked = unsafe { syscall6(libc::SYS_waitid, arguments) };
        asked.is_err() || info[0] != 0
    }

    fn status(&self, options: i32) -> Option<i32> {
        let mut status = 0;
        let arguments = [int(self.0), &raw mut status as usize, int(options | libc::__WALL), 0];
        // SAFETY: the kernel writes into our int.
        let waited = unsafe { syscall(libc::SYS_wait4, arguments) };
        (waited == Ok(int(self.0))).then_some(status)
    }
}

/// Should this process die, it leaves no core beside the program's.
pub fn dump_no_core() {
    let none = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel reads our struct.
    let _ = unsafe { syscall(libc::SYS_prlimit64, [0, libc::RLIMIT_CORE as usize, &raw const none as usize, 0]) };
}
