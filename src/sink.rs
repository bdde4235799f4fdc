//! Where reports go. Descriptor 2 is the program's: it may be closed, full, gone, or by now a file of the program's own, and
//! nothing of that may stop the program or hurt its data. No lock is held here.

use crate::kernel::signal::without_write_signals;
use crate::kernel::{self, file::Descriptor};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU64};

const STDERR: Descriptor = Descriptor(libc::STDERR_FILENO);
/// How long a reader may keep us waiting.
const PATIENCE_MS: i64 = 100;
/// A pipe that can be written takes so much at once without waiting (`PIPE_BUF`, pipe(7)).
const PIECE: usize = 4096;

/// Device and inode that were behind descriptor 2 at load.
static STDERR_AT_LOAD: (AtomicU64, AtomicU64) = (AtomicU64::new(0), AtomicU64::new(0));
static REMEMBERED: AtomicBool = AtomicBool::new(false);
/// Reports that could not be written; the next one that can be says so.
static DROPPED: AtomicU64 = AtomicU64::new(0);
/// Nobody read last time: do not wait again.
static IMPATIENT: AtomicBool = AtomicBool::new(false);

/// Why a text was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Closed, or not what it was at load.
    NotOurs,
    /// Nobody reads, or there is no room.
    NoRoom,
    /// The write itself failed, with this errno.
    Failed(i32),
}

/// Remembers what stands behind descriptor 2; called at load, or at a call that comes before.
pub fn remember_stderr() {
    if REMEMBERED.swap(true, Relaxed) {
        return;
    }
    if let Ok(status) = STDERR.status() {
        STDERR_AT_LOAD.0.store(status.st_dev, Relaxed);
        STDERR_AT_LOAD.1.store(status.st_ino, Relaxed);
    }
}

/// Writes a report or a trace line to stderr, or counts it as dropped.
pub fn stderr(text: &[u8]) {
    let dropped = DROPPED.swap(0, SeqCst);
    let written = if dropped == 0 {
        to_stderr(text)
    } else {
        let note = format!("=={}==shmsan: {dropped} reports before this one could not be written\n", kernel::pid());
        to_stderr(&[note.as_bytes(), text].concat())
    };
    if written.is_err() {
        DROPPED.fetch_add(dropped + 1, SeqCst);
    }
}

fn to_stderr(text: &[u8]) -> Result<(), Refused> {
    let status = STDERR.status().map_err(|_| Refused::NotOurs)?;
    let same = status.st_dev == STDERR_AT_LOAD.0.load(Relaxed) && status.st_ino == STDERR_AT_LOAD.1.load(Relaxed);
    // A daemon may have opened its log in the meantime; its data file must stay clean.
    let fit_for_text = || match status.st_mode & libc::S_IFMT {
        libc::S_IFIFO => true,
        libc::S_IFCHR => STDERR.is_terminal(),
        libc::S_IFREG => STDERR.appends(),
        _ => false,
    };
    if same || fit_for_text() { write(STDERR, &status, text) } else { Err(Refused::NotOurs) }
}

/// Writes to a descriptor that the program named itself.
pub fn to_descriptor(descriptor: Descriptor, text: &[u8]) -> Result<(), i32> {
    let status = descriptor.status()?;
    write(descriptor, &status, text).map_err(|refused| match refused {
        Refused::Failed(errno) => errno,
        Refused::NotOurs | Refused::NoRoom => libc::EAGAIN,
    })
}

fn write(descriptor: Descriptor, status: &libc::stat, text: &[u8]) -> Result<(), Refused> {
    let kind = status.st_mode & libc::S_IFMT;
    if kind == libc::S_IFREG && !file_may_grow(descriptor, status, text.len()) {
        return Err(Refused::NoRoom);
    }
    // Only a pipe or a terminal makes its writer wait for the rest of a large write.
    let piece = if matches!(kind, libc::S_IFIFO | libc::S_IFCHR) { PIECE } else { text.len().max(1) };
    let write = || text.chunks(piece).try_for_each(|piece| write_piece(descriptor, kind, piece));
    without_write_signals(write, |refused| match refused {
        Refused::Failed(errno) => Some(*errno),
        Refused::NotOurs | Refused::NoRoom => None,
    })
}

fn write_piece(descriptor: Descriptor, kind: libc::mode_t, mut rest: &[u8]) -> Result<(), Refused> {
    while !rest.is_empty() {
        // A file is always ready.
        if kind != libc::S_IFREG {
            let patience = if IMPATIENT.load(Relaxed) { 0 } else { PATIENCE_MS };
            let ready = descriptor.is_writable_within(patience);
            IMPATIENT.store(!ready, Relaxed);
            if !ready {
                return Err(Refused::NoRoom);
            }
        }
        match descriptor.write(rest, kind == libc::S_IFSOCK) {
            Ok(0) => return Err(Refused::NoRoom),
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(libc::EINTR) => {}
            Err(errno) => return Err(Refused::Failed(errno)),
        }
    }
    Ok(())
}

/// Whether the file stays below RLIMIT_FSIZE; growing beyond it would raise SIGXFSZ.
fn file_may_grow(descriptor: Descriptor, status: &libc::stat, length: usize) -> bool {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the kernel writes the limit into our struct.
    if unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) } != 0 || limit.rlim_cur == libc::RLIM_INFINITY {
        return true;
    }
    let size = u64::try_from(status.st_size).unwrap_or_default();
    let begin = if descriptor.appends() { size } else { descriptor.position().unwrap_or_default() as u64 };
    begin.saturating_add(length as u64) <= limit.rlim_cur
}
