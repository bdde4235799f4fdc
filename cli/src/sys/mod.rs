//! What the command asks of the machine by unsafe means, and nothing else of it: no decision is made here.

mod followed;
mod namespace;
mod process;
pub mod segments;
mod signals;
mod start;

pub use followed::Followed;
pub use namespace::{Within, new_ipc_namespace};
pub use process::{Change, Status, become_subreaper, change_of, die_of, ended, stop_like};
pub use signals::{Arrived, Held};
pub use start::{die_of_broken_pipes, set_environment, spawn};

use std::io;

/// What a system call says by -1.
fn checked(returned: i32) -> io::Result<i32> {
    if returned == -1 { Err(io::Error::last_os_error()) } else { Ok(returned) }
}
