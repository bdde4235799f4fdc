//! Files and descriptors: opened, read and closed in one breath, because a descriptor of ours may be closed or reused by
//! the program at any time.

use super::gate;
use super::int;
use super::raw::{Result, syscall, syscall6};
use super::signal::undisturbed;
use libc::c_int;
use shmsan_core::path::{File, PathStart};
use std::ffi::CStr;
use std::mem::MaybeUninit;

/// ioctl(2): what only a terminal answers.
const TERMINAL_SETTINGS: usize = 0x5401;

/// After so many signals in a row the wait is given up.
const INTERRUPTIONS: u32 = 100;

/// A descriptor that is not necessarily ours, and may be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor(pub c_int);

/// stat(2) of a path in the program's memory, wherever it points.
pub fn status_of(path: usize) -> std::result::Result<libc::stat, i32> {
    let mut status = MaybeUninit::<libc::stat>::zeroed();
    let buffer = status.as_mut_ptr() as usize;
    // SAFETY: the kernel checks the path; the buffer is ours.
    unsafe { syscall(libc::SYS_newfstatat, [int(libc::AT_FDCWD), path, buffer, 0]) }?;
    // SAFETY: all zeroes are a good stat, and the kernel filled it.
    Ok(unsafe { status.assume_init() })
}

/// The file that a whole path names.
pub fn of_path(path: &PathStart) -> Option<File> {
    let mut text = [0; PathStart::ROOM + 1];
    text[..path.bytes().len()].copy_from_slice(path.bytes());
    let status = status_of(text.as_ptr() as usize).ok().filter(|_| path.is_whole())?;
    Some(File { device: status.st_dev, inode: status.st_ino })
}

impl Descriptor {
    /// fstat(2).
    pub fn status(self) -> std::result::Result<libc::stat, i32> {
        let mut status = MaybeUninit::<libc::stat>::zeroed();
        // SAFETY: the buffer is ours.
        unsafe { syscall(libc::SYS_fstat, [int(self.0), status.as_mut_ptr() as usize, 0, 0]) }?;
        // SAFETY: all zeroes are a good stat, and the kernel filled it.
        Ok(unsafe { status.assume_init() })
    }

    /// Whether it was opened with O_APPEND.
    pub fn appends(self) -> bool {
        let command = int(libc::F_GETFL);
        // SAFETY: F_GETFL only looks.
        let flags = unsafe { syscall(libc::SYS_fcntl, [int(self.0), command, 0, 0]) };
        flags.is_ok_and(|flags| flags & libc::O_APPEND as usize != 0)
    }

    pub fn is_terminal(self) -> bool {
        let mut settings = MaybeUninit::<[u8; 256]>::uninit();
        // SAFETY: TCGETS writes a termios, which is smaller than the buffer.
        unsafe { syscall(libc::SYS_ioctl, [int(self.0), TERMINAL_SETTINGS, settings.as_mut_ptr() as usize, 0]) }.is_ok()
    }

    /// The file offset.
    pub fn position(self) -> Result {
        // SAFETY: SEEK_CUR by 0 only looks.
        unsafe { syscall(libc::SYS_lseek, [int(self.0), 0, int(libc::SEEK_CUR), 0]) }
    }

    /// Waits until it can be written, at most `milliseconds`; a pipe without a reader cannot.
    pub fn is_writable_within(self, milliseconds: i64) -> bool {
        let mut poll = libc::pollfd { fd: self.0, events: libc::POLLOUT, revents: 0 };
        let limit = libc::timespec { tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000 };
        let arguments = [&raw mut poll as usize, 1, &raw const limit as usize, 0, 0, 0];
        // A storm of signals must not cost the report, nor keep us here.
        for _ in 0..INTERRUPTIONS {
            // SAFETY: one pollfd and a timespec, both on our stack; no signal mask.
            match unsafe { syscall6(libc::SYS_ppoll, arguments) } {
                Err(libc::EINTR) => {}
                // poll(2) counts its entries against RLIMIT_NOFILE, which may be 0.
                Err(libc::EINVAL) => return self.is_selected_within(limit),
                result => return result == Ok(1) && poll.revents & (libc::POLLOUT | libc::POLLERR) == libc::POLLOUT,
            }
        }
        false
    }

    /// As above, by select(2), which knows no limit but tells a pipe without a reader as writable.
    fn is_selected_within(self, mut limit: libc::timespec) -> bool {
        let Some(bit) = u32::try_from(self.0).ok().and_then(|descriptor| 1_u64.checked_shl(descriptor)) else {
            return false;
        };
        // As many bits as an fd_set has, of which the kernel looks at the first.
        let mut set = [0_u64; 16];
        set[0] = bit;
        let arguments = [int(self.0 + 1), 0, set.as_mut_ptr() as usize, 0, &raw mut limit as usize, 0];
        // SAFETY: a set and a timespec on our stack; no signal mask.
        unsafe { syscall6(libc::SYS_pselect6, arguments) == Ok(1) }
    }

    /// write(2) to a pipe that fails with EAGAIN where it would wait (pwritev2(2)). Where the kernel or what the pipe is does
    /// not know that (a FIFO with a name, before Linux 6.4 any), it may wait.
    pub fn write_to_pipe(self, bytes: &[u8]) -> Result {
        let piece = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
        let at_its_end = usize::MAX;
        let flags = int(libc::RWF_NOWAIT);
        let arguments = [int(self.0), &raw const piece as usize, 1, at_its_end, at_its_end, flags];
        // SAFETY: one piece, which is ours to read.
        match unsafe { syscall6(libc::SYS_pwritev2, arguments) } {
            Err(libc::EOPNOTSUPP | libc::ENOSYS | libc::EPERM | libc::EINVAL) => self.write(bytes, false),
            result => result,
        }
    }

    /// close(2).
    pub fn close(self) {
        // SAFETY: whoever calls this has opened it.
        let _ = unsafe { syscall(libc::SYS_close, [int(self.0), 0, 0, 0]) };
    }

    /// write(2), or send(2) without waiting and without SIGPIPE on a socket.
    pub fn write(self, bytes: &[u8], socket: bool) -> Result {
        let (address, length) = (bytes.as_ptr() as usize, bytes.len());
        if socket {
            let flags = int(libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL);
            // SAFETY: `bytes` is ours to read; no address is given.
            return unsafe { syscall6(libc::SYS_sendto, [int(self.0), address, length, flags, 0, 0]) };
        }
        // SAFETY: `bytes` is ours to read.
        unsafe { syscall(libc::SYS_write, [int(self.0), address, length, 0]) }
    }
}

/// How a file to append to is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// As it is there, whatever it is.
    Existing,
    /// Made where it is not there, with this mode.
    Made(libc::mode_t),
    /// The same, and a symbolic link is no such file: the name is ours, and nobody else can have meant it.
    MadeHere(libc::mode_t),
}

/// Opens a file to append to it; never waits for a reader, and never takes a terminal.
pub fn append(path: &CStr, how: Open) -> std::result::Result<Descriptor, i32> {
    let (flags, mode) = match how {
        Open::Existing => (0, 0),
        Open::Made(mode) => (libc::O_CREAT, mode),
        Open::MadeHere(mode) => (libc::O_CREAT | libc::O_NOFOLLOW, mode),
    };
    let flags = int(flags | libc::O_WRONLY | libc::O_APPEND | libc::O_CLOEXEC | libc::O_NOCTTY | libc::O_NONBLOCK);
    let arguments = [int(libc::AT_FDCWD), path.as_ptr() as usize, flags, mode as usize];
    // SAFETY: `path` ends in NUL.
    let descriptor = unsafe { syscall(libc::SYS_openat, arguments) }?;
    c_int::try_from(descriptor).map(Descriptor).map_err(|_| libc::EMFILE)
}

/// The working directory; `None` where it has no path.
pub fn working_directory() -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    bytes.try_reserve_exact(4096).ok()?;
    // SAFETY: the kernel writes no more than the capacity.
    let length = unsafe { syscall(libc::SYS_getcwd, [bytes.as_mut_ptr() as usize, bytes.capacity(), 0, 0]) }.ok()?;
    // SAFETY: the kernel has filled that many bytes, the NUL among them.
    unsafe { bytes.set_len(length.saturating_sub(1)) };
    // Outside the root it begins with a word in parentheses (getcwd(2)).
    Some(bytes).filter(|bytes| bytes.starts_with(b"/"))
}

/// A file's contents, at most `most` bytes of them; `None` where there are more or it cannot be read.
pub fn read(path: &CStr, most: usize) -> Option<Vec<u8>> {
    try_read(path, most).ok()
}

/// As [`read`], with the reason: EFBIG where there is more.
pub fn try_read(path: &CStr, most: usize) -> std::result::Result<Vec<u8>, i32> {
    // Without O_NONBLOCK a FIFO would keep us.
    let flags = int(libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY);
    undisturbed(|| {
        let _open = gate::enter();
        // SAFETY: `path` ends in NUL.
        let descriptor = unsafe { syscall(libc::SYS_openat, [int(libc::AT_FDCWD), path.as_ptr() as usize, flags, 0]) }?;
        let bytes = read_to_end(descriptor, most);
        // SAFETY: opened above.
        let _ = unsafe { syscall(libc::SYS_close, [descriptor, 0, 0, 0]) };
        bytes
    })
}

fn read_to_end(descriptor: usize, most: usize) -> std::result::Result<Vec<u8>, i32> {
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        bytes.try_reserve(4096).map_err(|_| libc::ENOMEM)?;
        let room = bytes.spare_capacity_mut();
        // SAFETY: the kernel writes into the room that is spare.
        let got = unsafe { syscall(libc::SYS_read, [descriptor, room.as_mut_ptr() as usize, room.len(), 0]) };
        match got? {
            0 => return Ok(bytes),
            // SAFETY: the kernel has filled that many bytes.
            got => unsafe { bytes.set_len(bytes.len() + got) },
        }
        if bytes.len() > most {
            return Err(libc::EFBIG);
        }
    }
}

/// Where a symbolic link points, as far as 4096 bytes hold it.
pub fn read_link(path: &CStr) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    bytes.try_reserve_exact(4096).ok()?;
    let arguments = [int(libc::AT_FDCWD), path.as_ptr() as usize, bytes.as_mut_ptr() as usize, bytes.capacity()];
    // SAFETY: `path` ends in NUL, and the kernel writes no more than the capacity.
    let length = unsafe { syscall(libc::SYS_readlinkat, arguments) }.ok()?;
    // SAFETY: the kernel has filled that many bytes.
    unsafe { bytes.set_len(length) };
    Some(bytes)
}
