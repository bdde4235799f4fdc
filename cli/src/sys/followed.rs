//! How a process ended for which its own parent has waited: the kernel tells whoever held a descriptor of it by then (Linux 6.15).

use super::Status;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};

#[derive(Debug)]
pub struct Followed(OwnedFd);

impl Followed {
    /// `None` where there is no such process any more, or no room for a descriptor.
    pub fn open(pid: i32) -> Option<Self> {
        pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok().map(Self)
    }

    /// `None` while nobody has waited for it, and where the kernel does not tell.
    pub fn status(&self) -> Option<Status> {
        let mut info = MaybeUninit::<libc::pidfd_info>::zeroed();
        // SAFETY: all of it is numbers, for which zero will do.
        let asked = unsafe { info.assume_init_mut() };
        asked.mask = libc::PIDFD_INFO_EXIT.into();
        // SAFETY: the kernel writes into our struct, whose size the request names.
        super::checked(unsafe { libc::ioctl(self.0.as_raw_fd(), libc::PIDFD_GET_INFO, &raw mut *asked) }).ok()?;
        let told = asked.mask & u64::from(libc::PIDFD_INFO_EXIT) != 0;
        told.then(|| match asked.exit_code {
            code if libc::WIFSIGNALED(code) => Status::Killed(libc::WTERMSIG(code)),
            code => Status::Exited(u8::try_from(libc::WEXITSTATUS(code)).unwrap_or_default()),
        })
    }
}
