//! A log file: opened, written and closed for each text, because a descriptor that stayed open could be closed by the
//! program, and its number be a file of the program's own by the next time.

use super::Refused;
use super::output::Output;
use crate::identity;
use crate::kernel::file::{self, Descriptor, Open};
use crate::kernel::gate;
use crate::kernel::signal::{Held, without_signals};
use shmsan_core::options::file_name;
use shmsan_core::text::Plain;
use std::ffi::CStr;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Not as the umask says: reports tell addresses and command lines, and a daemon often runs with a umask of 0.
const MODE: libc::mode_t = 0o600;

pub struct Log {
    /// The working directory at load, in front of a relative path; else empty.
    folder: Vec<u8>,
    path: Vec<u8>,
    kind: Kind,
    /// A full disk took only a part of the last text: what comes next begins a new line.
    torn: AtomicBool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One for each process.
    Own,
    /// One for all.
    Shared,
    /// Something that was there at load and is no file: a FIFO, a terminal, a device.
    Device,
}

impl Log {
    /// Looks where `path` leads; opens nothing.
    pub fn new(path: &[u8], add_pid: bool) -> Self {
        let folder = if path.starts_with(b"/") { None } else { file::working_directory() };
        let folder = folder.map(|mut folder| {
            folder.push(b'/');
            folder
        });
        let kind = if add_pid { Kind::Own } else { Kind::Shared };
        let mut log = Self {
            folder: folder.unwrap_or_default(),
            path: path.to_owned(),
            kind: Kind::Shared,
            torn: AtomicBool::new(false),
        };
        let there = log.name(identity::pid()).and_then(|name| file::status_of(name.as_ptr() as usize).ok());
        let is_device = there.is_some_and(|there| {
            matches!(there.st_mode & libc::S_IFMT, libc::S_IFIFO | libc::S_IFCHR | libc::S_IFSOCK)
        });
        log.kind = if is_device { Kind::Device } else { kind };
        log
    }

    /// The file of process `pid`, ended with a NUL.
    fn name(&self, pid: i32) -> Option<Vec<u8>> {
        let mut name = file_name(&self.path, pid, self.kind == Kind::Own)?;
        name.try_reserve_exact(self.folder.len() + 1).ok()?;
        name.splice(0..0, self.folder.iter().copied());
        name.push(0);
        Some(name)
    }

    pub fn write(&self, text: &[u8]) -> Result<(), Refused> {
        let name = self.name(identity::pid()).ok_or(Refused::Failed(libc::ENOMEM))?;
        let name = CStr::from_bytes_until_nul(&name).map_err(|_| Refused::Failed(libc::EINVAL))?;
        let how = match self.kind {
            Kind::Own => Open::MadeHere(MODE),
            Kind::Shared => Open::Made(MODE),
            Kind::Device => Open::Existing,
        };
        let write = || {
            let _open = gate::enter();
            let descriptor = file::append(name, how).map_err(Refused::Failed)?;
            let written = self.write_to(descriptor, text);
            descriptor.close();
            written
        };
        without_signals(Held::All, write, |refused| refused.errno())
    }

    fn write_to(&self, descriptor: Descriptor, text: &[u8]) -> Result<(), Refused> {
        let status = descriptor.status().map_err(Refused::Failed)?;
        let output = Output::new(descriptor, &status);
        match status.st_mode & libc::S_IFMT {
            // A disk, whose beginning would be overwritten.
            libc::S_IFBLK => return Err(Refused::Failed(libc::EINVAL)),
            libc::S_IFREG => {}
            _ => return output.write_now(text),
        }
        let torn = self.torn.swap(false, Relaxed);
        let written = if torn { output.write_now(&[b"\n", text].concat()) } else { output.write_now(text) };
        written.map_err(|refused| {
            let grown = descriptor.status().is_ok_and(|now| now.st_size != status.st_size);
            self.torn.store(torn || grown, Relaxed);
            // Only RLIMIT_FSIZE makes a file refuse what was not tried.
            if refused == Refused::NoRoom { Refused::Failed(libc::EFBIG) } else { refused }
        })
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name(identity::pid()).unwrap_or_default();
        Plain(name.strip_suffix(b"\0").unwrap_or(&name)).fmt(f)
    }
}
