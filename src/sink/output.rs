//! One text onto one descriptor: never longer than a reader may keep us waiting, never with a signal for the program.

use super::Refused;
use crate::kernel::file::Descriptor;
use crate::kernel::signal::{Held, without_signals};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// How long a reader may keep us waiting.
const PATIENCE_MS: i64 = 100;
/// A pipe that can be written takes so much at once without waiting (`PIPE_BUF`, pipe(7)).
const PIECE: usize = 4096;
/// So often somebody else may be faster to fill what has become free.
const ATTEMPTS: u32 = 8;

/// Nobody read last time: do not wait again.
static IMPATIENT: AtomicBool = AtomicBool::new(false);

/// A descriptor to be written now, and what it leads to.
pub struct Output<'a> {
    descriptor: Descriptor,
    status: &'a libc::stat,
}

impl<'a> Output<'a> {
    pub const fn new(descriptor: Descriptor, status: &'a libc::stat) -> Self {
        Self { descriptor, status }
    }

    /// Writes the text; a file gets it in one write(2).
    pub fn write(&self, text: &[u8]) -> Result<(), Refused> {
        without_signals(Held::OfWriting, || self.write_now(text), |refused| refused.errno())
    }

    /// The same where the caller holds the signals back.
    pub fn write_now(&self, text: &[u8]) -> Result<(), Refused> {
        if self.kind() == libc::S_IFREG && !file_may_grow(self.descriptor, self.status, text.len()) {
            return Err(Refused::NoRoom);
        }
        // Only a pipe or a terminal makes its writer wait for the rest of a large write.
        let waits = matches!(self.kind(), libc::S_IFIFO | libc::S_IFCHR);
        let piece = if waits { PIECE } else { text.len().max(1) };
        text.chunks(piece).try_for_each(|piece| self.write_piece(piece))
    }

    const fn kind(&self) -> libc::mode_t {
        self.status.st_mode & libc::S_IFMT
    }

    fn write_piece(&self, mut rest: &[u8]) -> Result<(), Refused> {
        let mut attempts = 0;
        while !rest.is_empty() {
            self.wait()?;
            let written = match self.kind() {
                libc::S_IFIFO => self.descriptor.write_to_pipe(rest),
                kind => self.descriptor.write(rest, kind == libc::S_IFSOCK),
            };
            match written {
                Ok(0) => return Err(Refused::NoRoom),
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(libc::EINTR) => {}
                // Another writer has filled the pipe since it was ready.
                Err(libc::EAGAIN) if attempts < ATTEMPTS => attempts += 1,
                Err(libc::EAGAIN) => return Err(Refused::NoRoom),
                Err(errno) => return Err(Refused::Failed(errno)),
            }
        }
        Ok(())
    }

    fn wait(&self) -> Result<(), Refused> {
        // A file is always ready.
        if self.kind() == libc::S_IFREG {
            return Ok(());
        }
        let patience = if IMPATIENT.load(Relaxed) { 0 } else { PATIENCE_MS };
        let ready = self.descriptor.is_writable_within(patience);
        IMPATIENT.store(!ready, Relaxed);
        if ready { Ok(()) } else { Err(Refused::NoRoom) }
    }
}

impl Refused {
    pub const fn errno(self) -> Option<i32> {
        match self {
            Self::Failed(errno) => Some(errno),
            Self::NotOurs | Self::NoRoom => None,
        }
    }
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
