//! A regular file that is read in pieces and closed at the end. It is read and not mapped: somebody may cut a mapped file
//! short, and a look at what is gone would end the program by SIGBUS.

use super::file::Descriptor;
use super::int;
use super::raw::syscall;
use libc::c_int;
use std::ffi::CStr;

pub struct Opened {
    descriptor: Descriptor,
    status: libc::stat,
}

impl Opened {
    /// Opens `path`, following links; fails with the errno, or EINVAL where there is no regular file.
    pub fn open(path: &CStr) -> Result<Self, i32> {
        // O_NONBLOCK: whatever stands there, a FIFO too, nobody waits for it.
        Self::at(Descriptor(libc::AT_FDCWD), path, libc::O_NOCTTY | libc::O_NONBLOCK, libc::S_IFREG)
    }

    /// Opens `path`, which begins at `folder`, to read; EINVAL where something of another kind is there.
    pub fn at(folder: Descriptor, path: &CStr, flags: c_int, kind: libc::mode_t) -> Result<Self, i32> {
        let flags = int(libc::O_RDONLY | libc::O_CLOEXEC | flags);
        // SAFETY: `path` ends in NUL.
        let opened = unsafe { syscall(libc::SYS_openat, [int(folder.0), path.as_ptr() as usize, flags, 0]) }?;
        let descriptor = Descriptor(i32::try_from(opened).map_err(|_| libc::EINVAL)?);
        // Without a status it cannot be told from another file later, and so stays open: that never happens.
        let file = Self { descriptor, status: descriptor.status()? };
        if file.status.st_mode & libc::S_IFMT == kind { Ok(file) } else { Err(libc::EINVAL) }
    }

    /// What fstat(2) said of it.
    pub const fn status(&self) -> &libc::stat {
        &self.status
    }

    pub const fn descriptor(&self) -> Descriptor {
        self.descriptor
    }

    pub fn length(&self) -> u64 {
        u64::try_from(self.status.st_size).unwrap_or_default()
    }

    /// Fills `to` with what stands at `offset`; `false` where the file ends before, or cannot be read.
    pub fn read_exactly(&self, offset: u64, to: &mut [u8]) -> bool {
        self.read(offset, to) == to.len()
    }

    /// The same, as far as the file goes: how many bytes that was.
    pub fn read(&self, offset: u64, to: &mut [u8]) -> usize {
        let Ok(mut offset) = usize::try_from(offset) else { return 0 };
        let wanted = to.len();
        let mut to = to;
        while !to.is_empty() {
            let arguments = [int(self.descriptor.0), to.as_mut_ptr() as usize, to.len(), offset];
            // SAFETY: the kernel writes into `to`.
            match unsafe { syscall(libc::SYS_pread64, arguments) } {
                Err(libc::EINTR) => {}
                Ok(got) if (1..=to.len()).contains(&got) => {
                    to = &mut to[got..];
                    offset += got;
                }
                _ => break,
            }
        }
        wanted - to.len()
    }

    /// The first byte, from this one on, at which there may be anything but zeroes (SEEK_DATA, lseek(2)).
    pub fn next_data(&self, offset: u64) -> Option<u64> {
        let offset = usize::try_from(offset).ok()?;
        // SAFETY: takes numbers only; nobody else knows the descriptor's position.
        let found = unsafe { syscall(libc::SYS_lseek, [int(self.descriptor.0), offset, int(libc::SEEK_DATA), 0]) };
        found.ok().map(|found| found as u64)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // The program may have closed our descriptor, and have its own file there by now.
        let which = |status: &libc::stat| (status.st_dev, status.st_ino);
        if self.descriptor.status().is_ok_and(|status| which(&status) == which(&self.status)) {
            self.descriptor.close();
        }
    }
}
