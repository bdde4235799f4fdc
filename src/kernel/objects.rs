//! The other objects of System V IPC, of which only a look is taken: semaphore sets and message queues.

use super::int;
use super::raw::syscall;
use libc::{c_int, c_long};

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    Semaphores,
    Queue,
}

/// The user who made the one with this id; `None` where there is none, or it may not be looked at.
pub fn creator_of_other(kind: Other, id: c_int) -> Option<u32> {
    // More than either structure needs: each begins with the key, the owner's two numbers and the creator's two.
    let mut status = [0_u32; 128];
    let (command, buffer) = (int(libc::IPC_STAT), status.as_mut_ptr() as usize);
    let (call, arguments): (c_long, _) = match kind {
        Other::Semaphores => (libc::SYS_semctl, [int(id), 0, command, buffer]),
        Other::Queue => (libc::SYS_msgctl, [int(id), command, buffer, 0]),
    };
    // SAFETY: IPC_STAT fills less than the buffer, which is ours.
    unsafe { syscall(call, arguments) }.ok()?;
    Some(status[3])
}
