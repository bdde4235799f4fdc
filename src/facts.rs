//! The reads behind the trait `Facts`: after the real call, for a rule that is about to speak. All of it may be missing.

use crate::kernel::{self, file};
use crate::process;
use crate::state::TRACKER;
use shmsan_core::call::{Key, ShmId};
use shmsan_core::facts::{Facts, Heir, SegmentFacts, mappings_of, user_name};
use shmsan_core::tracker::{Learned, Origin};
use std::ffi::CString;

/// The most that is read of /etc/passwd, and of /proc/self/maps.
const PASSWD: usize = 1 << 20;
const MAPS: usize = 16 << 20;

/// What must be known of a segment whose id is new: its size, and whether this process made it.
pub fn learn(id: ShmId) -> Option<Learned> {
    let status = kernel::status_of_segment(id)?;
    let ours = process::known() == Some(status.shm_cpid);
    Some(Learned {
        id,
        key: Key(status.shm_perm.__key),
        size: status.shm_segsz,
        origin: if ours { Origin::Created } else { Origin::Found },
    })
}

/// The kernel, asked now.
pub struct Kernel;

impl Facts for Kernel {
    fn segment(&self, id: ShmId) -> Option<SegmentFacts> {
        let status = kernel::status_of_segment(id)?;
        let attachments = status.shm_nattch;
        Some(SegmentFacts {
            id,
            key: Key(status.shm_perm.__key),
            size: status.shm_segsz,
            mode: u32::from(status.shm_perm.mode),
            uid: status.shm_perm.uid,
            owner: file::read(c"/etc/passwd", PASSWD).and_then(|passwd| user_name(&passwd, status.shm_perm.uid)),
            creator: status.shm_cpid,
            attachments,
            own_attachments: if attachments == 0 { 0 } else { own_attachments(id).min(attachments) },
        })
    }

    fn destroyed_with_last_user(&self) -> bool {
        file::read(c"/proc/sys/kernel/shm_rmid_forced", 16).is_some_and(|value| value.starts_with(b"1"))
    }

    fn heir(&self) -> Option<Heir> {
        if kernel::has_children() { Some(Heir::Children) } else { parent_of_the_same_program().map(Heir::Parent) }
    }

    fn pid(&self) -> i32 {
        kernel::pid()
    }
}

/// The parent, where it forked this process without an exec between: both run the same file.
fn parent_of_the_same_program() -> Option<i32> {
    if !process::is_forked() {
        return None;
    }
    let parent = kernel::parent();
    let program = |pid: &str| file::read_link(&CString::new(format!("/proc/{pid}/exe")).ok()?);
    (program(&parent.to_string())? == program("self")?).then_some(parent)
}

/// How many mappings this process has: the kernel's word where /proc is mounted, else what was seen.
fn own_attachments(id: ShmId) -> u64 {
    match file::read(c"/proc/self/maps", MAPS) {
        Some(maps) => mappings_of(&maps, id),
        None => TRACKER.with(|tracker| tracker.attachments_of(id)).unwrap_or_default(),
    }
}
