//! The exports, a few lines each. Everything that C sees is here; nothing is decided here. errno is read on entry and
//! written once on exit.

mod calls;
mod calls_at;
mod defaults;
mod gets;
mod inspect;

pub use calls_at::beginnings as calls_with_a_site;

use crate::shim;
use crate::site::Caller;
use libc::{c_int, c_void};
use shmsan_core::call::Call;

/// Does the call for an export that returns an int: an id, a key, 0.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
#[expect(clippy::cast_possible_truncation, reason = "an int's worth came from the kernel, sign-extended")]
fn int(call: Call, caller: Caller) -> c_int {
    shim::perform(call, caller) as c_int
}

/// Does the call for the export that returns an address.
#[inline(always)]
#[expect(clippy::inline_always, reason = "each export knows which of the calls it is: nothing is left to choose")]
fn address(call: Call, caller: Caller) -> *mut c_void {
    shim::perform(call, caller) as *mut c_void
}
