//! What the machine knows of the segments in this IPC namespace: read when it is asked for, and changed by nothing here.

mod creator;
mod holders;
mod ledgers;
mod names;
mod segment;
pub mod system;

pub use creator::{Creator, Creators, command_of};
pub use holders::{Holder, Holders, holders};
pub use ledgers::Ledgers;
pub use names::Names;
pub use segment::{Look, Segment, Unseen, id_of, status_of};

use rustix::time::{ClockId, clock_gettime};

/// Seconds since the epoch.
pub fn now() -> i64 {
    clock_gettime(ClockId::Realtime).tv_sec
}

/// When the machine began, by today's clock.
fn booted() -> i64 {
    now() - clock_gettime(ClockId::Boottime).tv_sec
}
