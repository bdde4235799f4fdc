//! Standard error and standard output, which are the program's: they may be closed by now, or lead to a file of its own.

use super::Refused;
use super::output::Output;
use crate::kernel::file::Descriptor;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// One of the two, with the device and inode that were behind it at load.
pub struct Stream {
    descriptor: Descriptor,
    remembered: AtomicBool,
    device: AtomicU64,
    inode: AtomicU64,
}

impl Stream {
    pub const fn new(descriptor: libc::c_int) -> Self {
        Self {
            descriptor: Descriptor(descriptor),
            remembered: AtomicBool::new(false),
            device: AtomicU64::new(0),
            inode: AtomicU64::new(0),
        }
    }

    /// Remembers what stands behind it now; only the first time counts.
    pub fn remember(&self) {
        if self.remembered.swap(true, Relaxed) {
            return;
        }
        if let Ok(status) = self.descriptor.status() {
            self.device.store(status.st_dev, Relaxed);
            self.inode.store(status.st_ino, Relaxed);
        }
    }

    pub fn write(&self, text: &[u8]) -> Result<(), Refused> {
        let status = self.descriptor.status().map_err(|_| Refused::NotOurs)?;
        if !self.is_ours(&status) {
            return Err(Refused::NotOurs);
        }
        Output::new(self.descriptor, &status).write(text)
    }

    pub fn is_terminal(&self) -> bool {
        self.descriptor.is_terminal()
    }

    /// Whether it is what it was at load, or something made for text: a daemon may have opened its log in the meantime.
    /// A pipe or a socket that was not there is none: a program that closed this number and made a pipe would read our
    /// words in the place of its own.
    fn is_ours(&self, status: &libc::stat) -> bool {
        let same = status.st_dev == self.device.load(Relaxed) && status.st_ino == self.inode.load(Relaxed);
        same || match status.st_mode & libc::S_IFMT {
            libc::S_IFCHR => self.is_terminal(),
            libc::S_IFREG => self.descriptor.appends(),
            _ => false,
        }
    }
}
