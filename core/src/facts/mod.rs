//! What the kernel knows of the other side, and what this process did: asked for only when a rule is about to speak, and
//! never trusted. The reads are the shim's; the words and the parsers are here.

#[cfg(test)]
pub mod fake;
mod heir;
mod map;
mod memory;
mod parse;
mod process;
#[cfg(test)]
mod properties;
mod segment;

pub use heir::Heir;
pub use map::{Access, Kind, Mapping, Scan, Space, Visit, mapping};
pub use memory::{HugePages, Memory, Size};
pub use parse::{Started, command_line, field_of, mappings_by_segment, memory, started, user_name};
pub use process::{Identity, Life, Made, Namesake, Process};
pub use segment::{Age, SegmentFacts};

use crate::call::{Addr, Key, ShmId};
use crate::detail::{Limits, Status, Usage};
use crate::path::{File, PathStart};
use crate::site::Site;
use crate::tracker::{Attachment, Created, Detached, Failed, Named, Removed, Replaced, Segment};

/// What a rule may ask of the kernel.
pub trait Facts {
    /// The segment as the kernel has it, however little one may otherwise do with it; `None` where it is gone or cannot be
    /// seen.
    fn status(&self, id: ShmId) -> Option<Status>;
    /// As [`Facts::status`], with all that a report says of it.
    fn segment(&self, id: ShmId) -> Option<SegmentFacts>;
    /// The segment with this key, which is not IPC_PRIVATE.
    fn id_of(&self, key: Key) -> Option<ShmId>;
    /// The segment that has the place of `id` in the kernel's table, under whatever id.
    fn tenant(&self, id: ShmId) -> Option<ShmId>;
    /// The limits of the IPC namespace, and what it uses.
    fn limits(&self) -> Option<Limits>;
    fn usage(&self) -> Option<Usage>;
    /// Whether the kernel itself destroys a segment with the last process that used it (kernel.shm_rmid_forced).
    fn destroyed_with_last_user(&self) -> bool;
    /// A relative of this process that still runs and may know of its segments.
    fn heir(&self) -> Option<Heir>;
    /// This process.
    fn pid(&self) -> i32;
    /// With whose rights it runs.
    fn identity(&self) -> Identity;
    /// Bytes.
    fn page_size(&self) -> usize;
    /// Every segment of the IPC namespace, one after the other.
    fn each_segment(&self, visit: &mut dyn FnMut(ShmId, &Status));
    /// Whether the process that made the segment has ended; `false` where that cannot be seen.
    fn creator_has_ended(&self, status: &Status) -> bool;
    /// The name of a user, where /etc/passwd knows one.
    fn user_name(&self, uid: u32) -> Option<String>;
    /// The memory of the machine.
    fn memory(&self) -> Option<Memory>;
    /// The huge pages of each size that there is.
    fn huge_pages(&self) -> Vec<HugePages>;
    /// The group that may have huge pages (vm.hugetlb_shm_group).
    fn huge_page_group(&self) -> Option<u32>;
    /// Whether the kernel has System V IPC at all.
    fn has_sysv_ipc(&self) -> Option<bool>;
    /// Whether a seccomp filter looks at the calls of this thread.
    fn is_filtered(&self) -> Option<bool>;
    /// What else than a segment has this id and belongs to this user: a semaphore set, a message queue.
    fn other_object(&self, id: i32) -> Option<&'static str>;
    /// Bytes that this process may lock in memory (RLIMIT_MEMLOCK); `u64::MAX` is no limit.
    fn lock_limit(&self) -> Option<u64>;
    /// The IPC namespace that this thread is in, as /proc numbers it.
    fn namespace(&self) -> Option<u32>;
    /// The file that a whole path names now.
    fn file(&self, path: &PathStart) -> Option<File>;
    /// Shows each mapping of this process between two addresses, in their order; `None` where that cannot be seen.
    fn each_mapping(&self, from: Addr, to: Addr, visit: Visit<'_>) -> Option<()>;
    /// Below it, only the privileged may map anything (vm.mmap_min_addr).
    fn lowest_address(&self) -> usize;
    /// The address space of this process.
    fn space(&self) -> Space;
    /// The process that stopped until this one ends or executes something, and whose memory this is (vfork(2)).
    fn lender(&self) -> Option<i32>;
    /// What this process did.
    fn past(&self) -> &dyn Past;
}

/// What a rule may ask of this process's own past.
pub trait Past {
    fn known_segment(&self, id: ShmId) -> Option<Segment>;
    /// The attachment in whose pages `address` lies.
    fn attachment_of(&self, address: Addr) -> Option<Attachment>;
    /// The newest attachment of `id` that is still there.
    fn attachment_of_segment(&self, id: ShmId) -> Option<Attachment>;
    /// An attachment of the same segment at another address.
    fn twin_of(&self, id: ShmId, address: Addr) -> Option<Attachment>;
    /// The last detach of an attachment that began at `address`.
    fn detached_from(&self, address: Addr) -> Option<Detached>;
    /// This process's own removal of `id`.
    fn removal_of(&self, id: ShmId) -> Option<Removed>;
    /// This process's own removal of the segment that had this key last.
    fn removal_of_key(&self, key: Key) -> Option<Removed>;
    /// The segments that this process made and that it has not removed.
    fn created(&self) -> Option<Created>;
    /// The last shmget, shmat and ftok that failed.
    fn failed_get(&self) -> Option<Failed>;
    fn failed_attach(&self) -> Option<Failed>;
    fn failed_ftok(&self) -> Option<Failed>;
    /// Where ftok returned 0 for the last time.
    fn zero_ftok(&self) -> Option<Site>;
    /// What ftok made `key` of when it was given `path`.
    fn named(&self, path: &PathStart, key: Key) -> Option<Named>;
    /// Another file that has the same key.
    fn same_key(&self, named: &Named) -> Option<Named>;
    /// The file that the same path named before.
    fn replaced(&self, named: &Named) -> Option<Replaced>;
}
