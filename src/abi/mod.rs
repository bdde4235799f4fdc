//! The exports, a few lines each. Everything that C sees is here; nothing is decided here. errno is read on entry and
//! written once on exit.

mod calls;
mod calls_at;
mod gets;
mod inspect;

use crate::errno;
use crate::shim;
use crate::site::Caller;
use libc::c_int;
use shmsan_core::call::Call;

/// Does the call for an export: its value, or -1 and errno. On success errno stays as the program had it.
fn answer(call: &Call, caller: &Caller) -> isize {
    let before = errno::read();
    let (value, errno) = match shim::perform(call, caller) {
        Ok(value) => (value.cast_signed(), before),
        Err(errno) => (-1, errno.0),
    };
    errno::write(errno);
    value
}

/// As [`answer`], for the calls that return an int: an id, a key, 0.
#[expect(clippy::cast_possible_truncation, reason = "an int's worth came from the kernel, sign-extended")]
fn answer_int(call: &Call, caller: &Caller) -> c_int {
    answer(call, caller) as c_int
}
