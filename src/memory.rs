//! Looking into the program's memory, only where the kernel has just looked and found it readable.

use shmsan_core::call::Addr;
use shmsan_core::errno::Errno;
use std::ffi::CStr;

/// As much of a path as the kernel reads at most, its end included (`PATH_MAX`).
const PATH_MAX: usize = libc::PATH_MAX as usize;

/// The path at `address`, which the kernel was given in a call that ended with `errno` (or none); `None` where it could
/// not be read. For use in the same call only.
pub fn path(address: Addr, errno: Option<Errno>) -> Option<&'static [u8]> {
    if errno == Some(Errno::EFAULT) || address.0 == 0 {
        return None;
    }
    let begin = address.0 as *const u8;
    // SAFETY: the kernel has read every byte up to the NUL or to PATH_MAX, so none of these can fault.
    let is_end = |index: &usize| unsafe { begin.wrapping_add(*index).read() } == 0;
    let length = (0..PATH_MAX).find(is_end).unwrap_or(PATH_MAX);
    // SAFETY: those bytes.
    Some(unsafe { std::slice::from_raw_parts(begin, length) })
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
