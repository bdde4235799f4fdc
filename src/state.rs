//! The globals of the shim: the tracker and the options.

use crate::lock::Locked;
use once_cell::race::OnceBox;
use shmsan_core::options::Options;
use shmsan_core::tracker::Tracker;
use shmsan_core::tracker::seen::Seen;
use std::ffi::{CStr, c_char};

unsafe extern "C" {
    /// Of glibc and musl.
    fn secure_getenv(name: *const c_char) -> *const c_char;
}

pub static TRACKER: Locked<Tracker> = Locked::new(Tracker::new());
/// Which calls are no news to the tracker nor to the rules.
pub static SEEN: Seen = Seen::new();

static OPTIONS: OnceBox<Options> = OnceBox::new();

/// What the user chose, read at the first call or before.
pub fn options() -> &'static Options {
    OPTIONS.get().unwrap_or_else(|| OPTIONS.get_or_init(|| Box::new(read_options().0)))
}

/// The options and what is wrong with them.
pub fn read_options() -> (Options, Vec<String>) {
    Options::parse(environment().unwrap_or_default())
}

/// SHMSAN_OPTIONS; nothing in a program that runs with more rights than its user (AT_SECURE).
fn environment() -> Option<&'static [u8]> {
    // SAFETY: the name ends in NUL.
    let value = unsafe { secure_getenv(c"SHMSAN_OPTIONS".as_ptr()) };
    if value.is_null() {
        return None;
    }
    // SAFETY: libc returned a string of the environment.
    Some(unsafe { CStr::from_ptr(value) }.to_bytes())
}
