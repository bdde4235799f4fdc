//! The session's folder, into which the processes of one run write what must outlive them. The outer folder can be passed
//! through and not read; the inner one has a name that cannot be guessed, and takes files from any user who knows it.
//! The outer one is locked while it is in use; what a run that was killed has left is removed by the next one of its user.

mod remove;

use super::environment::can_be_preloaded;
use super::failure::{Failure, plain, said};
use rustix::fs::{
    AtFlags, CWD, Dir, FlockOperation, Mode, OFlags, chmodat, fchmod, flock, fstat, mkdirat, openat, statat, statfs,
    symlinkat,
};
use rustix::io::{Errno, Result};
use rustix::rand::{GetRandomFlags, getrandom};
use std::fmt::Write;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// In the outer folder.
const LINK: &str = "libshmsan.so";
const SHARED_MEMORY: &str = "/dev/shm";
const TMPFS_MAGIC: i64 = 0x0102_1994;

/// How often a name is tried: another run may take a folder for a dead one's before it is locked.
const TRIES: usize = 16;

pub struct Session {
    base: OwnedFd,
    /// Holds the lock.
    outer: OwnedFd,
    name: String,
    path: PathBuf,
    inner: PathBuf,
}

impl Session {
    /// Makes the folder, and removes those of dead runs.
    pub fn begin() -> std::result::Result<Self, Failure> {
        let mut why = String::new();
        for path in bases() {
            match open_folder(&path).and_then(|base| Self::begin_in(base, &path)) {
                Ok(session) => return Ok(session),
                // Writing to a String cannot fail.
                Err(error) => drop(write!(why, " {}: {};", plain(&path), said(&error.into()))),
            }
        }
        Err(Failure::Own(format!("no folder for the session can be made:{why} set TMPDIR to a folder of yours")))
    }

    fn begin_in(base: OwnedFd, path: &Path) -> Result<Self> {
        let prefix = format!("shmsan-{}-", rustix::process::geteuid().as_raw());
        remove_dead_ones(&base, &prefix);
        for _ in 0..TRIES {
            let name = format!("{prefix}{}", random::<8>()?);
            if let Some(outer) = make_locked(&base, &name)? {
                let (path, inner) = (path.join(&name), random::<16>()?);
                fchmod(&outer, Mode::from(0o711))?;
                mkdirat(&outer, &inner, Mode::RWXU)?;
                // Not by mkdir: the umask would take rights away.
                chmodat(&outer, &inner, Mode::from(0o1733), AtFlags::empty())?;
                return Ok(Self { base, outer, name, inner: path.join(inner), path });
            }
        }
        Err(Errno::AGAIN)
    }

    /// Where the processes of the run write.
    pub fn inner(&self) -> &Path {
        &self.inner
    }

    /// A name for `library` that the loader takes from LD_PRELOAD as it is.
    pub fn name_for(&self, library: &Path) -> std::result::Result<PathBuf, Failure> {
        if can_be_preloaded(library) {
            return Ok(library.to_owned());
        }
        let linked = symlinkat(library, &self.outer, LINK).map_err(|error| said(&error.into()));
        let link = self.path.join(LINK);
        match linked {
            Ok(()) if can_be_preloaded(&link) => Ok(link),
            linked => {
                let why = linked.err().unwrap_or_else(|| "TMPDIR has such a name too".to_owned());
                let path = plain(library);
                Err(Failure::Own(format!(
                    "the library {path}: LD_PRELOAD cannot hold spaces, colons or dollars, and {why}"
                )))
            }
        }
    }

    /// Removes the folder with all that is in it.
    pub fn end(self) -> std::result::Result<(), Failure> {
        remove::whole(&self.base, &self.name, &self.outer).map_err(|error| {
            Failure::Own(format!("the session's folder {} stays: {}", plain(&self.path), said(&error.into())))
        })
    }
}

/// Where a session can be, the best place first.
fn bases() -> Vec<PathBuf> {
    let in_memory = statfs(SHARED_MEMORY).is_ok_and(|found| found.f_type == TMPFS_MAGIC);
    let memory = in_memory.then(|| PathBuf::from(SHARED_MEMORY));
    // The processes may stand in another folder than this one.
    let temporary = std::env::var_os("TMPDIR").map(PathBuf::from).filter(|path| path.is_absolute());
    memory.into_iter().chain(temporary).chain([PathBuf::from("/tmp")]).collect()
}

fn open_folder(path: &Path) -> Result<OwnedFd> {
    openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// `None` where another run has taken it for a dead one's in between.
fn make_locked(base: &OwnedFd, name: &str) -> Result<Option<OwnedFd>> {
    match mkdirat(base, name, Mode::RWXU) {
        Err(Errno::EXIST) => return Ok(None),
        made => made?,
    }
    let Ok(outer) = open_inside(base, name) else { return Ok(None) };
    let locked = match flock(&outer, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => false,
        locked => locked.map(|()| true)?,
    };
    let (ours, there) = (fstat(&outer)?, statat(base, name, AtFlags::SYMLINK_NOFOLLOW));
    let is_there = there.is_ok_and(|there| (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino));
    Ok((locked && is_there).then_some(outer))
}

fn open_inside(folder: &OwnedFd, name: impl rustix::path::Arg) -> Result<OwnedFd> {
    openat(folder, name, OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())
}

/// Those of this user that nobody holds the lock of: a lock goes with its process, however that ends.
fn remove_dead_ones(base: &OwnedFd, prefix: &str) {
    let Ok(entries) = Dir::read_from(base) else { return };
    let uid = rustix::process::geteuid().as_raw();
    for entry in entries.flatten() {
        let Some(name) = entry.file_name().to_str().ok().filter(|name| name.starts_with(prefix)) else { continue };
        let Ok(outer) = open_inside(base, name) else { continue };
        let is_ours = fstat(&outer).is_ok_and(|found| found.st_uid == uid);
        if is_ours && flock(&outer, FlockOperation::NonBlockingLockExclusive).is_ok() {
            // What cannot be removed today is tried again by the next run.
            let _ = remove::whole(base, name, &outer);
        }
    }
}

/// So many random bytes, in hexadecimal.
fn random<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0_u8; BYTES];
    getrandom(&mut bytes, GetRandomFlags::empty())?;
    // Writing to a String cannot fail.
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests;
