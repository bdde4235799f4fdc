//! Memory of our own, straight from the kernel.

use super::int;
use super::raw::{Result, syscall, syscall6};

/// Fresh zeroed pages, readable and writable, private.
pub fn pages(size: usize) -> Result {
    let protection = int(libc::PROT_READ | libc::PROT_WRITE);
    let flags = int(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping where the kernel likes it touches nobody.
    unsafe { syscall6(libc::SYS_mmap, [0, size, protection, flags, int(-1), 0]) }
}

/// Gives back `size` bytes at `address`.
///
/// # Safety
/// They came from [`pages`], and nobody uses them any more.
pub unsafe fn unmap(address: usize, size: usize) -> Result {
    // SAFETY: the caller's promise.
    unsafe { syscall(libc::SYS_munmap, [address, size, 0, 0]) }
}

/// Makes pages read as zero in every later child (MADV_WIPEONFORK, madvise(2)).
pub fn wipe_on_fork(address: usize, size: usize) -> Result {
    // SAFETY: it changes nothing in this process.
    unsafe { syscall(libc::SYS_madvise, [address, size, int(libc::MADV_WIPEONFORK), 0]) }
}
