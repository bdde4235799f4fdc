//! Namespaces of this process.

use super::checked;
use std::io;

/// Who owns a new IPC namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// The user namespace that this process is in, where it may.
    This,
    /// A new one, which this process enters too.
    NewUserNamespace,
}

/// Enters a new IPC namespace.
///
/// # Errors
/// What unshare(2) says.
pub fn new_ipc_namespace(within: Within) -> io::Result<()> {
    let user = match within {
        Within::This => 0,
        Within::NewUserNamespace => libc::CLONE_NEWUSER,
    };
    // SAFETY: takes flags only, none of which splits descriptors or memory.
    checked(unsafe { libc::unshare(libc::CLONE_NEWIPC | user) }).map(drop)
}
