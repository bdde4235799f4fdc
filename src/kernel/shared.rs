//! A file that is written through memory: opened, mapped and closed in one breath, because a descriptor of ours may be
//! closed or reused by the program at any time.

use super::file::Descriptor;
use super::int;
use super::map;
use super::raw::{Result, syscall, syscall6};
use libc::c_int;
use std::ffi::CStr;

/// How much room a file has, in bytes and whole pages.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub size: usize,
    /// So much of it has its place on the disk from the beginning.
    pub placed: usize,
    /// The size, all of it placed, where the kernel cannot place parts of a mapping later, or RLIMIT_FSIZE allows no more.
    pub small: usize,
}

/// A file of ours that is mapped, and never shorter than it was made.
#[derive(Clone, Copy, Debug)]
pub struct Shared {
    pub address: usize,
    pub size: usize,
    /// Of the size, the bytes that have their place on the disk: more must be [`Shared::place`]d before they are touched.
    pub placed: usize,
}

impl Shared {
    /// Makes the file `path`, which must not be there, below `folder`, readable to its owner alone, and maps it.
    pub fn make(folder: Descriptor, path: &CStr, room: Room) -> std::result::Result<Self, i32> {
        let limit = file_size_limit();
        let Room { size, placed, small } = room;
        // Growing beyond it would raise SIGXFSZ.
        let (size, placed) = if limit >= size as u64 { (size, placed) } else { (small, small) };
        if limit < size as u64 {
            return Err(libc::EFBIG);
        }
        let flags = libc::O_RDWR | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW | libc::O_CLOEXEC;
        let arguments = [int(folder.0), path.as_ptr() as usize, int(flags), 0o600];
        // SAFETY: `path` ends in NUL.
        let descriptor = unsafe { syscall(libc::SYS_openat, arguments) }?;
        let shared = map(descriptor, size).map(|address| Self { address, size, placed: 0 });
        let mut shared = shared.inspect_err(|_| close(descriptor))?;
        let made = match shared.place(placed) {
            Err(libc::EINVAL) => place_all(descriptor, small).map(|()| {
                shared.size = small;
                shared.placed = small;
            }),
            placed => placed,
        };
        close(descriptor);
        made.inspect_err(|_| shared.unmap())?;
        Ok(shared)
    }

    /// Places `bytes` more.
    pub fn place(&mut self, bytes: usize) -> std::result::Result<(), i32> {
        let bytes = bytes.min(self.size - self.placed);
        self.place_at(self.placed, bytes)?;
        self.placed += bytes;
        Ok(())
    }

    /// Places whole pages, so that touching them cannot fail (MADV_POPULATE_WRITE, Linux 5.14): EFAULT where the disk is
    /// full.
    pub fn place_at(&self, offset: usize, bytes: usize) -> std::result::Result<(), i32> {
        const POPULATE_WRITE: usize = 23;
        // SAFETY: the pages are this mapping's own.
        unsafe { syscall(libc::SYS_madvise, [self.address + offset, bytes, POPULATE_WRITE, 0]) }.map(drop)
    }

    /// Takes the mapping away, also what the kernel could not place of it.
    pub fn unmap(&self) {
        // SAFETY: whoever holds this is the only one who knows the mapping.
        let _ = unsafe { map::unmap(self.address, self.size) };
    }
}

fn map(descriptor: usize, size: usize) -> Result {
    // The umask may have taken the owner's rights away.
    // SAFETY: a descriptor of ours.
    unsafe { syscall(libc::SYS_fchmod, [descriptor, 0o600, 0, 0]) }?;
    // SAFETY: as above.
    unsafe { syscall(libc::SYS_ftruncate, [descriptor, size, 0, 0]) }?;
    let protection = int(libc::PROT_READ | libc::PROT_WRITE);
    // SAFETY: a new mapping where the kernel likes it touches nobody.
    unsafe { syscall6(libc::SYS_mmap, [0, size, protection, int(libc::MAP_SHARED), descriptor, 0]) }
}

fn place_all(descriptor: usize, size: usize) -> std::result::Result<(), i32> {
    // SAFETY: a descriptor of ours.
    unsafe { syscall(libc::SYS_fallocate, [descriptor, 0, 0, size]) }.map(drop)
}

fn close(descriptor: usize) {
    // SAFETY: opened by us.
    let _ = unsafe { syscall(libc::SYS_close, [descriptor, 0, 0, 0]) };
}

/// RLIMIT_FSIZE, bytes.
fn file_size_limit() -> u64 {
    let mut limit = libc::rlimit64 { rlim_cur: libc::RLIM64_INFINITY, rlim_max: libc::RLIM64_INFINITY };
    let arguments = [0, libc::RLIMIT_FSIZE as usize, 0, &raw mut limit as usize];
    // SAFETY: the kernel writes into our struct, and changes nothing.
    let asked = unsafe { syscall(libc::SYS_prlimit64, arguments) };
    if asked.is_ok() { limit.rlim_cur } else { 0 }
}

/// Makes a symbolic link of that name, where there is room: whether there is one is all that it says.
pub fn make_link(path: &CStr) {
    // SAFETY: both names end in NUL.
    let _ = unsafe {
        syscall(libc::SYS_symlinkat, [c".".as_ptr() as usize, int(libc::AT_FDCWD), path.as_ptr() as usize, 0])
    };
}

/// Takes the name away.
pub fn unlink(path: &CStr) {
    // SAFETY: `path` ends in NUL.
    let _ = unsafe { syscall(libc::SYS_unlinkat, [int(libc::AT_FDCWD), path.as_ptr() as usize, 0, 0]) };
}

/// Whether there is a file of that name.
pub fn is_there(path: &CStr) -> bool {
    const EXISTS: c_int = 0;
    // SAFETY: `path` ends in NUL.
    unsafe { syscall(libc::SYS_faccessat, [int(libc::AT_FDCWD), path.as_ptr() as usize, int(EXISTS), 0]) }.is_ok()
}
