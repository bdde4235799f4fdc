//! With whose rights this thread runs (credentials(7)): asked each time, because a program may change it.

use super::raw::syscall;
use libc::c_long;
use shmsan_core::facts::Identity;

/// Version 3 of capget(2), which fills two of these.
const CAPABILITY_VERSION: u32 = 0x2008_0522;

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Capabilities {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

pub fn identity() -> Identity {
    Identity {
        euid: euid(),
        egid: id(libc::SYS_getegid),
        groups: groups().unwrap_or_default(),
        capabilities: capabilities().unwrap_or_default(),
    }
}

/// geteuid(2).
pub fn euid() -> u32 {
    id(libc::SYS_geteuid)
}

fn id(call: c_long) -> u32 {
    // SAFETY: geteuid and getegid have no preconditions and cannot fail.
    let id = unsafe { syscall(call, [0; 4]) };
    id.ok().and_then(|id| u32::try_from(id).ok()).unwrap_or(u32::MAX)
}

fn groups() -> Option<Vec<u32>> {
    // SAFETY: with room for none it only counts.
    let count = unsafe { syscall(libc::SYS_getgroups, [0; 4]) }.ok()?;
    let mut groups = vec![0; count];
    // SAFETY: the kernel writes no more than `count` numbers.
    let count = unsafe { syscall(libc::SYS_getgroups, [count, groups.as_mut_ptr() as usize, 0, 0]) }.ok()?;
    groups.truncate(count);
    Some(groups)
}

fn capabilities() -> Option<u64> {
    let mut header = Header { version: CAPABILITY_VERSION, pid: 0 };
    let mut sets = [Capabilities::default(); 2];
    let arguments = [&raw mut header as usize, sets.as_mut_ptr() as usize, 0, 0];
    // SAFETY: a header and two sets, both on our stack.
    unsafe { syscall(libc::SYS_capget, arguments) }.ok()?;
    Some(u64::from(sets[0].effective) | u64::from(sets[1].effective) << 32)
}

/// Bytes that may be locked in memory (RLIMIT_MEMLOCK, prlimit(2)).
pub fn lock_limit() -> Option<u64> {
    let mut limit = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    let arguments = [0, libc::RLIMIT_MEMLOCK as usize, 0, &raw mut limit as usize];
    // SAFETY: no limit is given; the old one is written to our stack.
    unsafe { syscall(libc::SYS_prlimit64, arguments) }.ok()?;
    Some(limit.rlim_cur)
}
