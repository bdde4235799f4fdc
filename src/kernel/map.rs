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

/// What becomes of a new mapping.
pub struct Trial {
    /// Where the kernel puts it.
    pub address: usize,
    /// Whether it is locked in memory (`MCL_FUTURE`, mlockall(2)).
    pub is_locked: bool,
}

/// Maps a page and gives it back; `None` where nothing can be mapped.
pub fn try_one() -> Option<Trial> {
    let size = super::page_size();
    let address = pages(size).ok()?;
    let is_locked = is_locked(address, size);
    // SAFETY: mapped a moment ago, and nobody has seen it.
    unsafe { unmap(address, size) }.ok()?;
    Some(Trial { address, is_locked })
}

/// Whether pages that hold nothing are locked in memory.
pub fn is_locked(address: usize, size: usize) -> bool {
    let advice = int(libc::MADV_DONTNEED);
    // SAFETY: the caller has mapped them a moment ago, and nobody has seen them.
    (unsafe { syscall(libc::SYS_madvise, [address, size, advice, 0]) }) == Err(libc::EINVAL)
}

/// Maps `size` bytes at `address` that nobody can touch; EEXIST where something is mapped there already.
pub fn forbidden_at(address: usize, size: usize) -> std::result::Result<(), i32> {
    untouchable_at(address, size, libc::MAP_PRIVATE)
}

/// The same, left out of core dumps: the kernel makes one mapping of it with others of this kind beside it, and with no usual one.
pub fn reserved_at(address: usize, size: usize) -> std::result::Result<(), i32> {
    untouchable_at(address, size, libc::MAP_PRIVATE)?;
    leave_out_of_dumps(address, size);
    Ok(())
}

/// The same with an inode of its own, by which it is known again.
pub fn kept_out_at(address: usize, size: usize) -> std::result::Result<(), i32> {
    untouchable_at(address, size, libc::MAP_SHARED)?;
    leave_out_of_dumps(address, size);
    Ok(())
}

fn leave_out_of_dumps(address: usize, size: usize) {
    // SAFETY: it changes nothing in this process.
    let _ = unsafe { syscall(libc::SYS_madvise, [address, size, int(libc::MADV_DONTDUMP), 0]) };
}

fn untouchable_at(address: usize, size: usize, sharing: libc::c_int) -> std::result::Result<(), i32> {
    let flags = int(sharing | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE);
    // SAFETY: it takes the place of nothing.
    let mapped = unsafe { syscall6(libc::SYS_mmap, [address, size, int(libc::PROT_NONE), flags, int(-1), 0]) }?;
    if mapped == address {
        return Ok(());
    }
    // A kernel before 4.17 takes the address for a hint.
    // SAFETY: mapped a moment ago, and nobody has seen it.
    let _ = unsafe { unmap(mapped, size) };
    Err(libc::EEXIST)
}

/// Whether RLIMIT_AS holds for this process: each mapping of ours would be missing elsewhere.
pub fn is_address_space_limited() -> bool {
    ask_address_space_limit().is_none_or(|limit| limit != libc::RLIM64_INFINITY)
}

/// The bytes that RLIMIT_AS allows; `None` where it does not hold.
pub fn address_space_limit() -> Option<u64> {
    ask_address_space_limit().filter(|limit| *limit != libc::RLIM64_INFINITY)
}

fn ask_address_space_limit() -> Option<u64> {
    let mut limit = libc::rlimit64 { rlim_cur: libc::RLIM64_INFINITY, rlim_max: libc::RLIM64_INFINITY };
    let arguments = [0, libc::RLIMIT_AS as usize, 0, &raw mut limit as usize];
    // SAFETY: the kernel writes into our struct, and changes nothing.
    unsafe { syscall(libc::SYS_prlimit64, arguments) }.ok()?;
    Some(limit.rlim_cur)
}

/// Makes pages read as zero in every later child (MADV_WIPEONFORK, madvise(2)).
pub fn wipe_on_fork(address: usize, size: usize) -> Result {
    // SAFETY: it changes nothing in this process.
    unsafe { syscall(libc::SYS_madvise, [address, size, int(libc::MADV_WIPEONFORK), 0]) }
}

/// Whether the page at `address` is in memory (mincore(2)): not where nothing is mapped.
pub fn is_resident(address: usize, size: usize) -> bool {
    let mut state = 0_u8;
    // SAFETY: one byte for one page.
    let asked = unsafe { syscall(libc::SYS_mincore, [address, size, &raw mut state as usize, 0]) };
    asked.is_ok() && state & 1 != 0
}

/// Whether eight bytes at `address` can be read. It asks for a change of the signal mask that there is not, for which the
/// kernel first reads the set.
pub fn is_readable(address: usize) -> bool {
    const NO_SUCH_CHANGE: usize = int(-1);
    let arguments = [NO_SUCH_CHANGE, address, 0, size_of::<u64>()];
    // SAFETY: the kernel checks the address, and changes nothing.
    (unsafe { syscall(libc::SYS_rt_sigprocmask, arguments) }) == Err(libc::EINVAL)
}

/// Copies what stands at `from` in this process, or fails with EFAULT (process_vm_readv(2)).
pub fn copy(from: usize, to: &mut [u8]) -> Result {
    let local = libc::iovec { iov_base: to.as_mut_ptr().cast(), iov_len: to.len() };
    let remote = libc::iovec { iov_base: from as *mut libc::c_void, iov_len: to.len() };
    let arguments = [int(super::pid()), &raw const local as usize, 1, &raw const remote as usize, 1, 0];
    // SAFETY: the kernel writes into `to` and checks `from`.
    unsafe { syscall6(libc::SYS_process_vm_readv, arguments) }
}
