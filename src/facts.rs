//! The reads behind the trait `Facts`: after the real call, for a rule that is about to speak. All of it may be missing.

use crate::kernel::{self, file};
use crate::process;
use crate::state::TRACKER;
use shmsan_core::call::{Key, ShmId};
use shmsan_core::facts::{Facts, Heir, SegmentFacts, mappings_by_segment, user_name};
use shmsan_core::flags::PERMISSIONS;
use shmsan_core::tracker::{Learned, Origin};
use std::cell::OnceCell;
use std::collections::HashMap;

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
        mode: u32::from(status.shm_perm.mode) & PERMISSIONS.cast_unsigned(),
        origin: if ours { Origin::Created } else { Origin::Found },
    })
}

/// The kernel, asked now. What is the same for every segment is read once, for one report.
#[derive(Default)]
pub struct Kernel {
    passwd: OnceCell<Option<Vec<u8>>>,
    mappings: OnceCell<Option<HashMap<ShmId, u64>>>,
    forced: OnceCell<bool>,
    heir: OnceCell<Option<Heir>>,
}

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
            owner: self.owner(status.shm_perm.uid),
            creator: status.shm_cpid,
            attachments,
            own_attachments: if attachments == 0 { 0 } else { self.own_attachments(id).min(attachments) },
        })
    }

    fn destroyed_with_last_user(&self) -> bool {
        let read = || file::read(c"/proc/sys/kernel/shm_rmid_forced", 16).is_some_and(|value| value.starts_with(b"1"));
        *self.forced.get_or_init(read)
    }

    fn heir(&self) -> Option<Heir> {
        let parent = || process::living_parent().map(Heir::Parent);
        *self.heir.get_or_init(|| if kernel::has_children() { Some(Heir::Children) } else { parent() })
    }

    fn pid(&self) -> i32 {
        kernel::pid()
    }
}

impl Kernel {
    fn owner(&self, uid: u32) -> Option<String> {
        let passwd = self.passwd.get_or_init(|| file::read(c"/etc/passwd", PASSWD));
        passwd.as_ref().and_then(|passwd| user_name(passwd, uid))
    }

    /// How many mappings this process has: the kernel's word where /proc is mounted, else what was seen.
    fn own_attachments(&self, id: ShmId) -> u64 {
        let read = || file::read(c"/proc/self/maps", MAPS).map(|maps| mappings_by_segment(&maps));
        match self.mappings.get_or_init(read) {
            Some(mappings) => mappings.get(&id).copied().unwrap_or_default(),
            None => TRACKER.with(|tracker| tracker.attachments_of(id)).unwrap_or_default(),
        }
    }
}
