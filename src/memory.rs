//! Looking into the program's memory without trusting that it can be read.

use crate::{boundary, facts, kernel};
use shmsan_core::call::{Addr, Call};
use shmsan_core::detail::{Change, Detail, Status};
use shmsan_core::flags::{IPC_64, IPC_SET};
use shmsan_core::path::PathStart;
use std::ffi::CStr;

/// No page is smaller.
const PAGE: usize = 4096;

/// What stands at `address`, copied by the kernel, which finds out whether all of it can be read; `None` where it cannot,
/// or where the program has forbidden itself process_vm_readv(2).
pub fn bytes<const SIZE: usize>(address: Addr) -> Option<[u8; SIZE]> {
    if boundary::is_locked_in() {
        return None;
    }
    let mut bytes = [0; SIZE];
    (kernel::map::copy(address.0, &mut bytes) == Ok(SIZE)).then_some(bytes)
}

/// The beginning of the path at `address`, copied in the same way.
pub fn path(address: Addr) -> Option<PathStart> {
    if boundary::is_locked_in() {
        return None;
    }
    // One more, to see whether that was all.
    let mut path = [0; PathStart::ROOM + 1];
    let mut length = 0;
    while length < path.len() {
        // No further than the page: the next one may not be there, nor needed.
        let begin = address.0.checked_add(length)?;
        let room = (PAGE - begin % PAGE).min(path.len() - length);
        let part = &mut path[length..length + room];
        kernel::map::copy(begin, part).ok()?;
        if let Some(end) = part.iter().position(|byte| *byte == 0) {
            return Some(PathStart::new(&path[..length + end]));
        }
        length += room;
    }
    Some(PathStart::new(&path))
}

/// What a report can show of a call that failed, beside its arguments.
pub fn detail_of_failure(call: Call) -> Option<Detail> {
    match call {
        Call::Ftok { path: address, .. } => path(address).map(Detail::Path),
        _ => None,
    }
}

/// Whether it is IPC_SET, of which the rules want to know what it changes.
#[inline]
pub const fn is_change(call: &Call) -> bool {
    matches!(call, Call::Control { command, .. } if *command & !IPC_64 == IPC_SET)
}

/// What IPC_SET is about to be told, and of what segment: to be asked for before the call.
pub fn change(call: &Call) -> Option<Change> {
    let Call::Control { id, buffer, .. } = *call else { return None };
    if !is_change(call) {
        return None;
    }
    boundary::contain(|| {
        let given = Status::from_kernel(&bytes(buffer)?)?;
        Some(Change::new(&given, facts::status(id).as_ref()))
    })
    .flatten()
}

/// A string of the program that lives at least as long as the call; empty for NULL.
///
/// # Safety
/// `text` is NULL or ends in NUL.
pub unsafe fn c_string<'a>(text: *const std::ffi::c_char) -> &'a [u8] {
    if text.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}
