//! gets(3) for programs whose compiler no longer declares it: it does not write past the end of a segment.

use super::inspect::tracked_attachment;
use crate::boundary::{self, contain};
use crate::site::{Caller, Calling};
use crate::{announce, errno};
use libc::{c_char, c_int};
use shmsan_core::call::Addr;
use shmsan_core::check::overflow::{self, LongLine};
use shmsan_core::rule;
use shmsan_core::tracker::Attachment;

/// gets(3), called from `func` at `file`:`line`: reads a line from stdin into `s`, without its newline.
///
/// Where `s` lies in an attached segment and the line does not fit, what fits is stored and
/// ended with a NUL, the rest of the line is thrown away, and `overflow` is reported. Where `s`
/// lies elsewhere its size cannot be known, and this is as dangerous as gets has always been.
///
/// Returns `s`, or NULL at the end of the file or on an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmsan_gets_at(
    s: *mut c_char,
    file: *const c_char,
    line: c_int,
    func: *const c_char,
) -> *mut c_char {
    let before = errno::read();
    let attachment = tracked_attachment(Addr(s as usize));
    // What is left from `s` to the segment's end, its size and not its last page's.
    let room =
        attachment.map_or(usize::MAX, |attachment| attachment.size.saturating_sub(s as usize - attachment.address.0));
    errno::write(before);
    // SAFETY: the caller's buffer, and in a segment no further than its end.
    let Some(length) = (unsafe { read_line(s, room) }) else { return std::ptr::null_mut() };
    if let Some(attachment) = attachment.filter(|_| length >= room) {
        let before = errno::read();
        report(&attachment, Addr(s as usize), room, length, &Caller::Source { file, line, function: func });
        errno::write(before);
    }
    s
}

/// Reads a line and stores no more than `room` bytes, the NUL included; returns the line's length.
///
/// # Safety
/// `buffer` has `room` bytes, or as many as the line needs.
unsafe fn read_line(buffer: *mut c_char, room: usize) -> Option<usize> {
    let mut length = 0;
    loop {
        // SAFETY: stdin is libc's own.
        let byte = unsafe { libc::getchar() };
        if byte == libc::EOF && length == 0 {
            return None;
        }
        if byte == libc::EOF || byte == c_int::from(b'\n') {
            break;
        }
        if length + 1 < room {
            // SAFETY: inside the room, with one byte left for the end.
            unsafe { buffer.wrapping_add(length).write(c_char::from_le_bytes([byte.to_le_bytes()[0]])) };
        }
        length += 1;
    }
    if room > 0 {
        // SAFETY: inside the room.
        unsafe { buffer.wrapping_add(length.min(room - 1)).write(0) };
    }
    Some(length)
}

fn report(attachment: &Attachment, buffer: Addr, room: usize, length: usize, caller: &Caller) {
    let Some(_inside) = boundary::enter() else { return };
    contain(|| {
        let line = LongLine { attachment, buffer, room, length };
        let site = caller.site();
        announce::finding(&rule::memory::OVERFLOW, site, || overflow::long_line(&line, site));
    });
}
