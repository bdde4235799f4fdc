//! Looking into the program's memory without trusting that it can be read.

use crate::kernel;
use shmsan_core::call::Addr;
use std::ffi::CStr;

/// As much of a path as the kernel reads at most, its end included (`PATH_MAX`).
const PATH_MAX: usize = libc::PATH_MAX as usize;
/// No page is smaller.
const PAGE: usize = 4096;

/// The path at `address`, copied by the kernel, which finds out whether it can be read; `None` where it cannot.
pub fn path(address: Addr) -> Option<Vec<u8>> {
    let mut path = Vec::new();
    path.try_reserve_exact(PATH_MAX).ok()?;
    while path.len() < PATH_MAX {
        // No further than the page: the next one may not be there, nor needed.
        let begin = address.0.checked_add(path.len())?;
        let room = (PAGE - begin % PAGE).min(PATH_MAX - path.len());
        let old = path.len();
        path.resize(old + room, 0);
        kernel::map::copy(begin, &mut path[old..]).ok()?;
        if let Some(end) = path[old..].iter().position(|byte| *byte == 0) {
            path.truncate(old + end);
            break;
        }
    }
    Some(path)
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
