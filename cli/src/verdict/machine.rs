//! What the verdict asks of the kernel.

use crate::sys::Followed;
use shmsan_core::call::ShmId;
use shmsan_core::check::run::Holder;
use shmsan_core::detail::Status;

pub trait Machine {
    /// Every segment of the IPC namespace that the run is in.
    fn segments(&self) -> Vec<(ShmId, Status)>;
    fn segment(&self, id: ShmId) -> Option<Status>;
    /// Who has it attached, as far as that can be seen.
    fn holders(&self, id: ShmId) -> Vec<Holder>;
    /// Whether the kernel itself destroys a segment with the last process that used it (kernel.shm_rmid_forced).
    fn destroys_with_last_user(&self) -> bool;
    /// The inode of that IPC namespace; 0 where there is no /proc to tell.
    fn namespace(&self) -> u64;
    /// The name of a user.
    fn user_name(&self, uid: u32) -> Option<String>;
    /// Whether the process that began so many clock ticks after the machine is still there.
    fn runs(&self, pid: i32, began: u64) -> bool;
    /// The program's file of a process.
    fn exe(&self, pid: i32) -> Option<Vec<u8>>;
    /// To hear how the process ends, if it is the one that began so many clock ticks after the machine.
    fn follow(&self, pid: i32, began: u64) -> Option<Followed>;
    /// The user whose rights this process has.
    fn user(&self) -> u32;
    /// Removes a segment.
    fn remove(&self, id: ShmId) -> std::io::Result<()>;
}
