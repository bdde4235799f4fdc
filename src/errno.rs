//! The thread's errno: read on entry, written once on exit, both in `abi`.

use libc::c_int;

pub fn read() -> c_int {
    // SAFETY: libc's errno of this thread is always there.
    unsafe { location().read() }
}

pub fn write(value: c_int) {
    // SAFETY: libc's errno of this thread is always there.
    unsafe { location().write(value) };
}

fn location() -> *mut c_int {
    // SAFETY: it only tells where.
    unsafe { libc::__errno_location() }
}
