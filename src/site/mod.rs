//! Who called: kept as cheaply as the call allows, and looked up only when something is printed.

mod modules;
mod sources;

use shmsan_core::site::{Frame, Site};
use std::ffi::{c_char, c_int};

/// Where a call came from, as the export that took it knows.
#[derive(Clone, Copy)]
pub enum Caller {
    /// The address the call returns to; 0 where it is not known.
    Return(usize),
    /// What the call-site macros passed on. The strings may go with the library that holds them.
    Source { file: *const c_char, line: c_int, function: *const c_char },
}

impl Caller {
    /// A number that tells it from others, not quite surely.
    #[inline]
    pub fn number(&self) -> u64 {
        match *self {
            Self::Return(address) => address as u64,
            Self::Source { file, line, .. } => file as u64 ^ u64::from(line.cast_unsigned()) << 48,
        }
    }
}

/// What can be kept of it.
#[inline]
pub fn keep(caller: &Caller) -> Site {
    match *caller {
        Caller::Return(0) => Site::Unknown,
        Caller::Return(address) => Site::Return(address),
        Caller::Source { file, line, function } => sources::keep(file, line, function),
    }
}

/// What can be printed of it.
pub fn frame(site: Site) -> Frame {
    match site {
        Site::Unknown => Frame::default(),
        // One back: the call itself, and not the line after it.
        Site::Return(address) => modules::frame(address - 1),
        Site::Source(number) => sources::frame(number),
    }
}
