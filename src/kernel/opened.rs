//! A regular file that is read in pieces and closed at the end. It is read and not mapped: somebody may cut a mapped file
//! short, and a look at what is gone would end the program by SIGBUS.

use super::file::Descriptor;
use super::int;
use super::raw::syscall;
use std::ffi::CStr;

pub struct Opened {
    descriptor: Descriptor,
    length: u64,
    device: u64,
    inode: u64,
}

impl Opened {
    /// Opens `path`, following links; fails with the errno, or EINVAL where there is no regular file.
    pub fn open(path: &CStr) -> Result<Self, i32> {
        // O_NONBLOCK: whatever stands there, a FIFO too, nobody waits for it.
        let flags = int(libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NOCTTY | libc::O_NONBLOCK);
        // SAFETY: `path` ends in NUL.
        let opened = unsafe { syscall(libc::SYS_openat, [int(libc::AT_FDCWD), path.as_ptr() as usize, flags, 0]) }?;
        let descriptor = Descriptor(i32::try_from(opened).map_err(|_| libc::EINVAL)?);
        // Without a status it cannot be told from another file later, and so stays open: that never happens.
        let status = descriptor.status()?;
        let length = u64::try_from(status.st_size).unwrap_or_default();
        let file = Self { descriptor, length, device: status.st_dev, inode: status.st_ino };
        if status.st_mode & libc::S_IFMT == libc::S_IFREG { Ok(file) } else { Err(libc::EINVAL) }
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Fills `to` with what stands at `offset`; `false` where the file ends before, or cannot be read.
    pub fn read_exactly(&self, offset: u64, mut to: &mut [u8]) -> bool {
        let Ok(mut offset) = usize::try_from(offset) else { return false };
        while !to.is_empty() {
            let arguments = [int(self.descriptor.0), to.as_mut_ptr() as usize, to.len(), offset];
            // SAFETY: the kernel writes into `to`.
            match unsafe { syscall(libc::SYS_pread64, arguments) } {
                Err(libc::EINTR) => {}
                Ok(got) if (1..=to.len()).contains(&got) => {
                    to = &mut to[got..];
                    offset += got;
                }
                _ => return false,
            }
        }
        true
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // The program may have closed our descriptor, and have its own file there by now.
        let still_ours =
            self.descriptor.status().is_ok_and(|status| (status.st_dev, status.st_ino) == (self.device, self.inode));
        if still_ours {
            // SAFETY: opened by us.
            let _ = unsafe { syscall(libc::SYS_close, [int(self.descriptor.0), 0, 0, 0]) };
        }
    }
}
