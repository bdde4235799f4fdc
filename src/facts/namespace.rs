//! The IPC namespace as a whole.

use super::status_from;
use crate::kernel::{self, Other, file};
use shmsan_core::call::ShmId;
use shmsan_core::detail::Status;
use shmsan_core::facts::field_of;

/// No more places of the kernel's table are looked at: as many as it has, unless it was told at boot to have 500 times more.
const PLACES: i32 = 1 << 15;
/// The most that is read of /proc/thread-self/status.
const STATUS: usize = 1 << 16;

/// Without /proc and without memory, a place after the other.
pub fn each_segment(visit: &mut dyn FnMut(ShmId, &Status)) {
    let Some(last) = kernel::last_place() else { return };
    for (id, status) in (0..=last.min(PLACES)).filter_map(kernel::segment_at) {
        visit(id, &status_from(&status));
    }
}

/// `None` where /proc is not mounted, or is another thing.
pub fn has_sysv_ipc() -> Option<bool> {
    let is_there = |path: &std::ffi::CStr| file::status_of(path.as_ptr() as usize).is_ok();
    is_there(c"/proc/thread-self/status").then(|| is_there(c"/proc/sysvipc/shm"))
}

pub fn is_filtered() -> Option<bool> {
    const FILTER: u64 = 2;
    let status = file::read(c"/proc/thread-self/status", STATUS)?;
    Some(field_of(&status, "Seccomp")? == FILTER)
}

/// A user's ids are few, and everybody's are many: what belongs to others is no sign of a mix-up.
pub fn other_object(id: i32) -> Option<&'static str> {
    let is_ours = |kind| kernel::creator_of_other(kind, id) == Some(kernel::identity().euid);
    if is_ours(Other::Semaphores) {
        Some("a semaphore set")
    } else {
        is_ours(Other::Queue).then_some("a message queue")
    }
}
