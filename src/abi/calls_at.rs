//! The same calls with the place they were made at, as the call-site macros of sys/shm.h pass it on.

use super::{address, int};
use crate::site::Caller;
use libc::{c_char, c_int, c_void, key_t, shmid_ds, size_t};
use shmsan_core::call::{Addr, Call, Key, ShmId};
use std::hint::black_box;

/// Where these functions begin: on a stack, the program stands right behind one of them.
pub fn beginnings() -> [usize; 6] {
    [
        shmsan_shmget_at as *const () as usize,
        shmsan_shmat_at as *const () as usize,
        shmsan_shmdt_at as *const () as usize,
        shmsan_shmctl_at as *const () as usize,
        shmsan_ftok_at as *const () as usize,
        super::gets::shmsan_gets_at as *const () as usize,
    ]
}

/// Keeps the caller's frame on the stack: there must be something to do after the call.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is nothing but a mark")]
fn stay<T>(result: T) -> T {
    black_box(result)
}

/// shmget(2), called from `func` at `file`:`line`.
///
/// Returns a segment identifier, 0 included, or -1 with errno as shmget sets it.
/// `file` and `func` are strings, or NULL where they are not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmsan_shmget_at(
    key: key_t,
    size: size_t,
    shmflg: c_int,
    file: *const c_char,
    line: c_int,
    func: *const c_char,
) -> c_int {
    let call = Call::Get { key: Key(key), size, flags: shmflg };
    stay(int(call, Caller::Source { file, line, function: func }))
}

/// shmat(2), called from `func` at `file`:`line`.
///
/// Returns the address of the attached segment, or (void *)-1 with errno as shmat sets it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmsan_shmat_at(
    shmid: c_int,
    shmaddr: *const c_void,
    shmflg: c_int,
    file: *const c_char,
    line: c_int,
    func: *const c_char,
) -> *mut c_void {
    let call = Call::Attach { id: ShmId(shmid), address: Addr(shmaddr as usize), flags: shmflg };
    stay(address(call, Caller::Source { file, line, function: func }))
}

/// shmdt(2), called from `func` at `file`:`line`.
///
/// Returns 0, or -1 with errno as shmdt sets it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmsan_shmdt_at(
    shmaddr: *const c_void,
    file: *const c_char,
    line: c_int,
    func: *const c_char,
) -> c_int {
    let call = Call::Detach { address: Addr(shmaddr as usize) };
    stay(int(call, Caller::Source { file, line, function: func }))
}

/// shmctl(2), called from `func` at `file`:`line`.
///
/// Returns what the command returns, or -1 with errno as shmctl sets it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmsan_shmctl_at(
    shmid: c_int,
    cmd: c_int,
    buf: *mut shmid_ds,
    file: *const c_char,
    line: c_int,
    func: *const c_char,
) -> c_int {
    let call = Call::Control { id: ShmId(shmid), command: cmd, buffer: Addr(buf as usize) };
    stay(int(call, Caller::Source { file, line, function: func }))
}

/// ftok(3), called from `func` at `file`:`line`.
///
/// Returns a key, or (key_t)-1 with errno as stat(2) sets it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmsan_ftok_at(
    pathname: *const c_char,
    proj_id: c_int,
    file: *const c_char,
    line: c_int,
    func: *const c_char,
) -> key_t {
    let call = Call::Ftok { path: Addr(pathname as usize), project: proj_id };
    stay(int(call, Caller::Source { file, line, function: func }))
}
