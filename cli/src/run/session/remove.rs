//! Removes a folder whatever is in it: its contents are a stranger's. No link is followed, no name is believed twice, and
//! however deep folders lie in one another, no more than three are open.

use super::open_inside;
use rustix::fs::{AtFlags, Dir, Mode, OFlags, chmod, openat, renameat, unlinkat};
use rustix::io::{Errno, Result};
use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// Somebody may go on filling it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Names that are read at once.
const BATCH: usize = 4096;

/// Removes the folder `top`, which is called `name` in `base`.
pub fn whole(base: &OwnedFd, name: &str, top: &OwnedFd) -> Result<()> {
    let begin = Instant::now();
    let mut removal = Removal { top, moved: 0, progress: false };
    loop {
        let failed = removal.pass()?;
        match unlinkat(base, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            Err(Errno::NOTEMPTY) if removal.progress && begin.elapsed() < PATIENCE => {}
            Err(error) => return Err(failed.unwrap_or(error)),
        }
    }
}

struct Removal<'a> {
    top: &'a OwnedFd,
    /// How many folders were brought to the top.
    moved: u64,
    /// Whether the last pass has changed anything.
    progress: bool,
}

impl Removal<'_> {
    /// Removes what stands in `top`, and brings what is in its folders one step nearer to it. Says what could not be removed.
    fn pass(&mut self) -> Result<Option<Errno>> {
        self.progress = false;
        let mut failed = None;
        for name in names(self.top)? {
            match remove(self.top, &name) {
                Ok(()) => self.progress = true,
                Err(Errno::NOTEMPTY) => failed = self.empty(&name).err().or(failed),
                Err(error) => failed = Some(error),
            }
        }
        Ok(failed)
    }

    fn empty(&mut self, name: &CStr) -> Result<()> {
        let folder = open_somehow(self.top, name)?;
        let mut failed = Ok(());
        for child in names(&folder)? {
            let done = match remove(&folder, &child) {
                Err(Errno::NOTEMPTY) => {
                    self.moved += 1;
                    // Nobody else may write into `top`, so the name is free.
                    renameat(&folder, &child, self.top, format!("deep-{}", self.moved))
                }
                done => done,
            };
            match done {
                Ok(()) => self.progress = true,
                error => failed = error,
            }
        }
        failed
    }
}

fn names(folder: &OwnedFd) -> Result<Vec<CString>> {
    let entries = Dir::read_from(folder)?.flatten().map(|entry| entry.file_name().to_owned());
    Ok(entries.filter(|name| name.as_bytes() != b"." && name.as_bytes() != b"..").take(BATCH).collect())
}

/// Removes one entry, whatever it is; a folder only where it is empty.
fn remove(folder: &OwnedFd, name: &CStr) -> Result<()> {
    let removed = match unlinkat(folder, name, AtFlags::empty()) {
        Err(Errno::ISDIR) => unlinkat(folder, name, AtFlags::REMOVEDIR),
        removed => removed,
    };
    match removed {
        Err(Errno::NOENT) => Ok(()),
        // Of a folder that is in the way, both are said.
        Err(Errno::EXIST) => Err(Errno::NOTEMPTY),
        removed => removed,
    }
}

/// Opens a folder, also one whose owner has taken all rights away.
fn open_somehow(top: &OwnedFd, name: &CStr) -> Result<OwnedFd> {
    match open_inside(top, name) {
        Err(Errno::ACCESS) => {}
        opened => return opened,
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let found = openat(top, name, flags, Mode::empty())?;
    // By way of the descriptor: under the name there may be a link by now.
    chmod(format!("/proc/self/fd/{}", found.as_raw_fd()), Mode::RWXU)?;
    open_inside(top, name)
}
