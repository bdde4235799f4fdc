//! One call as it is traced, stored and rendered: plain data of fixed size. How it reads is `report`'s.

use crate::call::{Call, Outcome};
use crate::detail::Detail;
use crate::site::Site;
use crate::time::Time;

/// When something happened, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub time: Time,
    pub pid: i32,
    /// The thread, which in a process's first one is the pid.
    pub tid: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The time is that at which the call began.
    pub stamp: Stamp,
    pub duration_ns: u64,
    pub call: Call,
    pub outcome: Outcome,
    pub site: Site,
    pub detail: Option<Detail>,
}

// It will be stored by the thousand.
const _: () = assert!(size_of::<Event>() <= 384);
