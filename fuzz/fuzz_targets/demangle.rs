//! Names of functions, from files that nobody vouches for: on a stack as small as that of the library's own lookups.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shmsan_core::demangle::function;

fuzz_target!(|name: &str| {
    assert!(function(name).chars().count() <= 401);
});
