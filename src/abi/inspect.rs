//! What a program may ask of the sanitizer, and tell it.

use crate::boundary::{self, contain};
use crate::kernel::{self, file::Descriptor};
use crate::state::TRACKER;
use crate::{errno, facts, leaks, sink, site, slack};
use libc::{c_char, c_int, c_void, size_t};
use shmsan_core::call::{Addr, ShmId};
use shmsan_core::check::exit::Moment;
use shmsan_core::check::slack::Look;
use shmsan_core::report;
use shmsan_core::tracker::Attachment;

/// An attachment, as `shmsan_attachment_of` finds it.
#[repr(C)]
pub struct shmsan_attachment {
    /// Where the segment is attached, as shmat returned it.
    pub address: *const c_void,
    /// The segment's size in bytes, as shmget was asked for it; the mapping goes on to the end of its last page.
    pub size: size_t,
    /// How far the address that was asked about lies behind `address`, in bytes. At or above `size` it lies
    /// behind the segment's end, in its last page.
    pub offset: size_t,
    /// The segment's identifier.
    pub shmid: c_int,
    /// The flags that shmat was given.
    pub flags: c_int,
}

/// Writes what is tracked in this process to the file descriptor `fd`: each segment it got or created,
/// and each attachment, with the place in the program.
///
/// Returns 0, or -1 with errno: EBADF (`fd` is not open for writing), EAGAIN (it takes no more, or the
/// sanitizer is off or busy in this thread), ENOMEM.
#[unsafe(no_mangle)]
pub extern "C" fn shmsan_report(fd: c_int) -> c_int {
    let Some(_inside) = boundary::enter() else { return fail(libc::EAGAIN) };
    let before = errno::read();
    let written = contain(|| {
        let table = table().ok_or(libc::ENOMEM)?;
        sink::to_descriptor(Descriptor(fd), table.as_bytes())
    });
    match written {
        Some(Ok(())) => {
            errno::write(before);
            0
        }
        Some(Err(errno)) => fail(errno),
        None => fail(libc::EAGAIN),
    }
}

fn table() -> Option<String> {
    let segments = leaks::segments()?;
    let count = TRACKER.with(|tracker| tracker.attachments().len())?;
    let mut attachments = Vec::new();
    attachments.try_reserve_exact(count).ok()?;
    TRACKER.with(|tracker| attachments.extend(tracker.attachments().copied().take(count)))?;
    report::table::render(kernel::pid(), &segments, &attachments, &site::frame)
}

/// Looks for leaks now: segments that this process created, that still exist, and that nobody has
/// attached. Each is reported.
///
/// Returns how many there are. errno stays as it is.
#[unsafe(no_mangle)]
pub extern "C" fn shmsan_check_leaks() -> c_int {
    let before = errno::read();
    let Some(_inside) = boundary::enter() else { return 0 };
    let count = contain(|| leaks::report(Moment::Running)).unwrap_or_default();
    errno::write(before);
    c_int::try_from(count).unwrap_or(c_int::MAX)
}

/// Looks now for bytes that were written behind the end of an attached segment, in its last page. Each segment
/// where there are some is reported.
///
/// Returns how many attachments have some. errno stays as it is.
#[unsafe(no_mangle)]
pub extern "C" fn shmsan_check_memory() -> c_int {
    let before = errno::read();
    let Some(_inside) = boundary::enter() else { return 0 };
    let count = contain(|| slack::of_all(Look::Asked)).unwrap_or_default();
    errno::write(before);
    c_int::try_from(count).unwrap_or(c_int::MAX)
}

/// Finds the attachment of this process in whose pages `addr` lies, and fills `attachment`,
/// which may be NULL.
///
/// Returns 1, or 0 where there is none. errno stays as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmsan_attachment_of(addr: *const c_void, attachment: *mut shmsan_attachment) -> c_int {
    let before = errno::read();
    let address = Addr(addr as usize);
    let found = tracked_attachment(address);
    errno::write(before);
    let Some(found) = found else { return 0 };
    if !attachment.is_null() {
        let filled = shmsan_attachment {
            address: found.address.0 as *const c_void,
            size: found.size,
            offset: address.0 - found.address.0,
            shmid: found.id.0,
            flags: found.flags,
        };
        // SAFETY: the caller's own struct.
        unsafe { attachment.write(filled) };
    }
    1
}

/// Says that the segment `shmid` may stay: it is not reported as a leak of this process.
///
/// Returns 0, or -1 with errno: EINVAL (this process neither created nor got such a segment),
/// EAGAIN (the sanitizer is off or busy in this thread).
#[unsafe(no_mangle)]
pub extern "C" fn shmsan_ignore_segment(shmid: c_int) -> c_int {
    let before = errno::read();
    let Some(_inside) = boundary::enter() else { return fail(libc::EAGAIN) };
    match contain(|| TRACKER.with(|tracker| tracker.ignore(ShmId(shmid)))).flatten() {
        Some(true) => {
            errno::write(before);
            0
        }
        Some(false) => fail(libc::EINVAL),
        None => fail(libc::EAGAIN),
    }
}

/// The library's version, as "1.2.3".
#[unsafe(no_mangle)]
pub extern "C" fn shmsan_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

fn fail(errno: c_int) -> c_int {
    errno::write(errno);
    -1
}

/// The attachment in whose pages `address` lies. The kernel is asked whether it is still there, as far as that may be: where the
/// program has unmapped it by munmap, something else may be.
pub fn tracked_attachment(address: Addr) -> Option<Attachment> {
    let _inside = boundary::enter()?;
    contain(|| {
        let found = TRACKER.with(|tracker| tracker.attachment_of(address, kernel::page_size())).flatten()?;
        let is_gone = !boundary::is_locked_in() && facts::map::is_of(found.id, address) == Some(false);
        (!is_gone).then_some(found)
    })
    .flatten()
}
