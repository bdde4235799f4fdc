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

/// How often it is looked at.
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

    /// It is looked at again and again: a pidfd would be one more descriptor in the program's table, where another thread may
    /// close it, or put a file of its own in its place.
    fn wait_for_its_end(&self, patience: Duration) {
        let begin = Instant::now();
        while !self.has_ended() && begin.elapsed() < patience {
            let glance = libc::timespec { tv_sec: 0, tv_nsec: i64::from(GLANCE.subsec_nanos()) };
            // SAFETY: no descriptors, and a timespec on our stack.
            let _ = unsafe { syscall6(libc::SYS_ppoll, [0, 0, &raw const glance as usize, 0, 0, 0]) };
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
