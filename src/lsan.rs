//! LeakSanitizer, where the program has it: what is allocated and known from a segment alone is no leak.

use crate::weak::weak;
use std::ffi::c_void;

type Region = unsafe extern "C" fn(begin: *const c_void, size: usize);

/// Whether the program has it; then each call is looked at in full.
pub fn is_there() -> bool {
    register().is_some()
}

fn register() -> Option<Region> {
    weak!("__lsan_register_root_region" as Region)
}

/// A segment was attached.
pub fn attached(begin: usize, size: usize) {
    if let Some(register) = register() {
        // SAFETY: any range may be registered; what of it is not mapped is left out.
        unsafe { register(begin as *const c_void, size) };
    }
}

/// It was detached, as it was attached.
pub fn detached(begin: usize, size: usize) {
    if let Some(unregister) = weak!("__lsan_unregister_root_region" as Region) {
        // SAFETY: registered before, with the same range.
        unsafe { unregister(begin as *const c_void, size) };
    }
}
