//! The reads behind the trait `Facts`: after the real call, for a rule that is about to speak. All of it may be missing.

mod creator;
pub mod map;
mod memory;
mod namespace;

use crate::kernel::{self, clock, file};
use crate::state::TRACKER;
use crate::{identity, process};
use shmsan_core::call::{Addr, Key, ShmId};
use shmsan_core::detail::{Limits, Owner, Status, Usage};
use shmsan_core::facts::{
    Facts, Heir, HugePages, Identity, Life, Memory, Past, SegmentFacts, Space, Visit, mappings_by_segment, user_name,
};
use shmsan_core::flags::{self, PERMISSIONS};
use shmsan_core::path::{File, PathStart};
use shmsan_core::site::Site;
use shmsan_core::tracker::{Attachment, Created, Detached, Failed, Learned, Named, Origin, Removed, Replaced, Segment};
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

/// The segment as the kernel has it now.
pub fn status(id: ShmId) -> Option<Status> {
    kernel::status_of_segment(id).map(|status| status_from(&status))
}

/// The IPC namespace that this thread is in: unshare(2) moves one thread alone.
pub fn ipc_namespace() -> Option<u32> {
    let status = file::status_of(c"/proc/thread-self/ns/ipc".as_ptr() as usize).ok()?;
    u32::try_from(status.st_ino).ok()
}

/// The kernel, asked now. What is the same for every segment is read once, for one call or one report.
#[derive(Default)]
pub struct Kernel {
    passwd: OnceCell<Option<Vec<u8>>>,
    mappings: OnceCell<Option<HashMap<ShmId, u64>>>,
    forced: OnceCell<bool>,
    heir: OnceCell<Option<Heir>>,
    limits: OnceCell<Option<Limits>>,
    usage: OnceCell<Option<Usage>>,
}

impl Facts for Kernel {
    fn status(&self, id: ShmId) -> Option<Status> {
        status(id)
    }

    fn segment(&self, id: ShmId) -> Option<SegmentFacts> {
        let status = self.status(id)?;
        let own = if status.attachments == 0 { 0 } else { self.own_attachments(id).min(status.attachments) };
        // A child that speaks for a process has its attachments too.
        let attachments = status.attachments - if identity::is_spoken_for() { own } else { 0 };
        Some(SegmentFacts {
            id,
            key: status.key,
            size: usize::try_from(status.size).ok()?,
            mode: status.owner.mode,
            uid: status.owner.uid,
            owner: self.user_name(status.owner.uid),
            creator: status.creator,
            process: (status.creator != self.pid()).then(|| creator::of(id, &status)),
            age: u64::try_from(clock::time().seconds() - status.changed_at).ok(),
            attachments,
            own_attachments: own.min(attachments),
        })
    }

    fn id_of(&self, key: Key) -> Option<ShmId> {
        kernel::id_of_key(key)
    }

    fn tenant(&self, id: ShmId) -> Option<ShmId> {
        kernel::tenant(id)
    }

    fn limits(&self) -> Option<Limits> {
        *self.limits.get_or_init(|| Limits::from_kernel(&kernel::control_info(flags::IPC_INFO)?))
    }

    fn usage(&self) -> Option<Usage> {
        *self.usage.get_or_init(|| Usage::from_kernel(&kernel::control_info(flags::SHM_INFO)?))
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
        identity::pid()
    }

    fn identity(&self) -> Identity {
        kernel::identity()
    }

    fn page_size(&self) -> usize {
        kernel::page_size()
    }

    fn each_segment(&self, visit: &mut dyn FnMut(ShmId, &Status)) {
        namespace::each_segment(visit);
    }

    fn creator_has_ended(&self, status: &Status) -> bool {
        creator::life(status) == Life::Gone
    }

    fn user_name(&self, uid: u32) -> Option<String> {
        let passwd = self.passwd.get_or_init(|| file::read(c"/etc/passwd", PASSWD));
        passwd.as_ref().and_then(|passwd| user_name(passwd, uid))
    }

    fn memory(&self) -> Option<Memory> {
        memory::memory()
    }

    fn huge_pages(&self) -> Vec<HugePages> {
        memory::huge_pages()
    }

    fn huge_page_group(&self) -> Option<u32> {
        memory::huge_page_group()
    }

    fn has_sysv_ipc(&self) -> Option<bool> {
        namespace::has_sysv_ipc()
    }

    fn is_filtered(&self) -> Option<bool> {
        namespace::is_filtered()
    }

    fn other_object(&self, id: i32) -> Option<&'static str> {
        namespace::other_object(id)
    }

    fn lock_limit(&self) -> Option<u64> {
        kernel::lock_limit()
    }

    fn namespace(&self) -> Option<u32> {
        ipc_namespace()
    }

    fn file(&self, path: &PathStart) -> Option<File> {
        file::of_path(path)
    }

    fn each_mapping(&self, from: Addr, to: Addr, visit: Visit<'_>) -> Option<()> {
        map::each(from, to, visit)
    }

    fn lowest_address(&self) -> usize {
        map::lowest_address()
    }

    fn space(&self) -> Space {
        map::space(kernel::page_size())
    }

    fn lender(&self) -> Option<i32> {
        process::lender()
    }

    fn past(&self) -> &dyn Past {
        self
    }
}

/// This process's past is what the tracker saw.
impl Past for Kernel {
    fn known_segment(&self, id: ShmId) -> Option<Segment> {
        TRACKER.with(|tracker| tracker.segment(id)).flatten()
    }

    fn attachment_of(&self, address: Addr) -> Option<Attachment> {
        TRACKER.with(|tracker| tracker.attachment_of(address, kernel::page_size())).flatten()
    }

    fn attachment_of_segment(&self, id: ShmId) -> Option<Attachment> {
        TRACKER.with(|tracker| tracker.attachment_of_segment(id)).flatten()
    }

    fn twin_of(&self, id: ShmId, address: Addr) -> Option<Attachment> {
        TRACKER.with(|tracker| tracker.twin_of(id, address)).flatten()
    }

    fn detached_from(&self, address: Addr) -> Option<Detached> {
        TRACKER.with(|tracker| tracker.detached_from(address)).flatten()
    }

    fn removal_of(&self, id: ShmId) -> Option<Removed> {
        TRACKER.with(|tracker| tracker.removal_of(id)).flatten()
    }

    fn removal_of_key(&self, key: Key) -> Option<Removed> {
        TRACKER.with(|tracker| tracker.removal_of_key(key)).flatten()
    }

    /// Room is made outside the lock; what comes in between is not counted.
    fn created(&self) -> Option<Created> {
        let most = TRACKER.with(|tracker| tracker.segments().len())?;
        let mut sites = Vec::new();
        sites.try_reserve_exact(most).ok()?;
        TRACKER.with(|tracker| sites.extend(tracker.created_sites().take(most)));
        Created::count(sites)
    }

    fn failed_get(&self) -> Option<Failed> {
        TRACKER.with(|tracker| tracker.failed_get()).flatten()
    }

    fn failed_attach(&self) -> Option<Failed> {
        TRACKER.with(|tracker| tracker.failed_attach()).flatten()
    }

    fn failed_ftok(&self) -> Option<Failed> {
        TRACKER.with(|tracker| tracker.failed_ftok()).flatten()
    }

    fn zero_ftok(&self) -> Option<Site> {
        TRACKER.with(|tracker| tracker.zero_ftok()).flatten()
    }

    fn named(&self, path: &PathStart, key: Key) -> Option<Named> {
        TRACKER.with(|tracker| tracker.named().find(path, key)).flatten()
    }

    fn same_key(&self, named: &Named) -> Option<Named> {
        TRACKER.with(|tracker| tracker.named().collision(named)).flatten()
    }

    fn replaced(&self, named: &Named) -> Option<Replaced> {
        TRACKER.with(|tracker| tracker.named().replaced(named)).flatten()
    }
}

fn status_from(status: &libc::shmid_ds) -> Status {
    let owner = Owner { uid: status.shm_perm.uid, gid: status.shm_perm.gid, mode: u32::from(status.shm_perm.mode) };
    Status {
        key: Key(status.shm_perm.__key),
        owner,
        creator_uid: status.shm_perm.cuid,
        creator_gid: status.shm_perm.cgid,
        size: status.shm_segsz as u64,
        attached_at: status.shm_atime,
        detached_at: status.shm_dtime,
        changed_at: status.shm_ctime,
        creator: status.shm_cpid,
        last: status.shm_lpid,
        attachments: status.shm_nattch,
    }
}

impl Kernel {
    /// How many mappings this process has: the kernel's word where /proc is mounted, else what was seen.
    fn own_attachments(&self, id: ShmId) -> u64 {
        let read = || file::read(c"/proc/self/maps", MAPS).map(|maps| mappings_by_segment(&maps));
        match self.mappings.get_or_init(read) {
            Some(mappings) => mappings.get(&id).copied().unwrap_or_default(),
            None => TRACKER.with(|tracker| tracker.attachments_of(id)).unwrap_or_default(),
        }
    }
}
