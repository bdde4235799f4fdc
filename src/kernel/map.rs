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

/// Whether the kernel would give `size` bytes more.
pub fn would_give(size: usize) -> bool {
    // SAFETY: mapped a moment ago, and nobody has seen them.
    pages(size).is_ok_and(|address| unsafe { unmap(address, size) }.is_ok())
}

/// Makes pages unreadable: whoever touches them faults.
///
/// # Safety
/// They came from [`pages`], and nobody uses them.
pub unsafe fn forbid(address: usize, size: usize) -> Result {
    // SAFETY: the caller's promise.
    unsafe { syscall(libc::SYS_mprotect, [address, size, int(libc::PROT_NONE), 0]) }
}

/// Makes pages read as zero in every later child (MADV_WIPEONFORK, madvise(2)).
pub fn wipe_on_fork(address: usize, size: usize) -> Result {
    // SAFETY: it changes nothing in this process.
    unsafe { syscall(libc::SYS_madvise, [address, size, int(libc::MADV_WIPEONFORK), 0]) }
}

/// Copies what stands at `from` in this process, or fails with EFAULT (process_vm_readv(2)).
pub fn copy(from: usize, to: &mut [u8]) -> Result {
    let local = libc::iovec { iov_base: to.as_mut_ptr().cast(), iov_len: to.len() };
    let remote = libc::iovec { iov_base: from as *mut libc::c_void, iov_len: to.len() };
    let arguments = [int(super::pid()), &raw const local as usize, 1, &raw const remote as usize, 1, 0];
    // SAFETY: the kernel writes into `to` and checks `from`.
    unsafe { syscall6(libc::SYS_process_vm_readv, arguments) }
}
