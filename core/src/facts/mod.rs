//! What the kernel knows of the other side, and what this process did: asked for only when a rule is about to speak, and
//! never trusted. The reads are the shim's; the words and the parsers are here.

#[cfg(test)]
pub mod fake;
mod heir;
mod parse;
mod process;
mod segment;

pub use heir::Heir;
pub use parse::{Started, mappings_by_segment, started, user_name};
pub use process::{Identity, Life, Process};
pub use segment::SegmentFacts;

use crate::call::{Addr, Key, ShmId};
use crate::detail::{Limits, Status, Usage};
use crate::tracker::{Attachment, Detached, Failed, Removed, Segment};

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
    /// The last detach of an attachment that began at `address`.
    fn detached_from(&self, address: Addr) -> Option<Detached>;
    /// This process's own removal of `id`.
    fn removal_of(&self, id: ShmId) -> Option<Removed>;
    /// The last shmget, shmat and ftok that failed.
    fn failed_get(&self) -> Option<Failed>;
    fn failed_attach(&self) -> Option<Failed>;
    fn failed_ftok(&self) -> Option<Failed>;
}
