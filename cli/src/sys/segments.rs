//! shmctl(2) and shmget(2) by their numbers: whoever stands in libc's place must not hear of them.

use shmsan_core::call::{Key, ShmId};
use shmsan_core::detail::{Limits, Status, Usage};
use shmsan_core::flags::{IPC_INFO, IPC_RMID, SHM_INFO, SHM_STAT_ANY};
use std::io;
use std::ptr::null_mut;

/// The segment that has a place in the kernel's table now, whatever rights one has to it. A whole id stands for its place.
///
/// # Errors
/// EINVAL where there is none.
pub fn at(place: i32) -> io::Result<(ShmId, Option<Status>)> {
    let mut status = [0; Status::SIZE];
    let id = control(place, SHM_STAT_ANY, &mut status)?;
    Ok((ShmId(id), Status::from_kernel(&status)))
}

/// The last place that is taken, and what all segments use.
///
/// # Errors
/// ENOSYS where the kernel has no System V IPC.
pub fn usage() -> io::Result<(i32, Option<Usage>)> {
    let mut usage = [0; Usage::SIZE];
    let last = control(0, SHM_INFO, &mut usage)?;
    Ok((last, Usage::from_kernel(&usage)))
}

/// # Errors
/// ENOSYS where the kernel has no System V IPC.
pub fn limits() -> io::Result<Option<Limits>> {
    let mut limits = [0; Limits::SIZE];
    control(0, IPC_INFO, &mut limits)?;
    Ok(Limits::from_kernel(&limits))
}

/// The segment with this key, which is not IPC_PRIVATE.
///
/// # Errors
/// ENOENT where there is none.
pub fn with_key(key: Key) -> io::Result<ShmId> {
    // SAFETY: takes numbers only; size and flags of 0 make nothing.
    let id = unsafe { libc::syscall(libc::SYS_shmget, key.0, 0_usize, 0) };
    checked(id).map(ShmId)
}

/// # Errors
/// What shmctl(2) says of IPC_RMID.
pub fn remove(id: ShmId) -> io::Result<()> {
    // SAFETY: IPC_RMID looks at no buffer.
    let done = unsafe { libc::syscall(libc::SYS_shmctl, id.0, IPC_RMID, null_mut::<u8>()) };
    checked(done).map(drop)
}

/// A command that fills a structure of the kernel's, which has this size on a 64-bit machine.
fn control<const SIZE: usize>(id: i32, command: i32, filled: &mut [u8; SIZE]) -> io::Result<i32> {
    // SAFETY: the kernel fills as many bytes as the structure of the command has, and so long the buffer is.
    let returned = unsafe { libc::syscall(libc::SYS_shmctl, id, command, filled.as_mut_ptr()) };
    checked(returned)
}

fn checked(returned: libc::c_long) -> io::Result<i32> {
    if returned < 0 { Err(io::Error::last_os_error()) } else { i32::try_from(returned).map_err(io::Error::other) }
}
