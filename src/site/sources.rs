//! The files, lines and functions that the call-site macros passed on: copied, because the strings belong to a library
//! that may be closed, and numbered, so that a record of them stays small. Without a lock, and never given back.

use crate::memory::c_string;
use once_cell::race::OnceBox;
use shmsan_core::site::{Frame, Site};
use std::ffi::{c_char, c_int};

/// Call sites beyond this many are unknown ones.
const ROOM: usize = 2048;

static SOURCES: [OnceBox<Source>; ROOM] = [const { OnceBox::new() }; ROOM];

#[derive(PartialEq, Eq)]
struct Source {
    /// Where the file's name stood: it finds the slot. Another library may stand there later, so the bytes count too.
    address: usize,
    line: u32,
    file: Box<[u8]>,
    function: Box<[u8]>,
}

/// The number of a source, a new one if it was not seen before.
pub fn keep(file: *const c_char, line: c_int, function: *const c_char) -> Site {
    let address = file as usize;
    let line = u32::try_from(line).unwrap_or_default();
    // SAFETY: the macros pass string literals, and the header asks for no less of other callers.
    let file = unsafe { c_string(file) };
    // SAFETY: as above.
    let function = unsafe { c_string(function) };
    let is_it = |source: &Source| {
        source.line == line && source.address == address && *source.file == *file && *source.function == *function
    };
    let mut new = None;
    for number in probe(address, line) {
        let slot = &SOURCES[number];
        if slot.get().is_none() {
            let source = new
                .take()
                .unwrap_or_else(|| Box::new(Source { address, line, file: file.into(), function: function.into() }));
            // Another thread may have taken the slot; then it holds our source or another one.
            new = slot.set(source).err();
        }
        if slot.get().is_some_and(is_it) {
            return u32::try_from(number).map_or(Site::UNKNOWN, Site::of_source);
        }
    }
    Site::UNKNOWN
}

/// Every slot, from the source's own one on.
fn probe(address: usize, line: u32) -> impl Iterator<Item = usize> {
    let home = (address ^ line as usize).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    (home..home + ROOM).map(|slot| slot % ROOM)
}

/// Its line, file and function.
pub fn text(number: u32) -> Option<(u32, &'static [u8], &'static [u8])> {
    let source = SOURCES.get(number as usize).and_then(OnceBox::get)?;
    Some((source.line, &source.file, &source.function))
}

pub fn frame(number: u32) -> Frame {
    let Some(source) = SOURCES.get(number as usize).and_then(OnceBox::get) else { return Frame::default() };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let function = (!source.function.is_empty()).then(|| text(&source.function));
    Frame { function, source: Some((text(&source.file), source.line)), ..Frame::default() }
}
