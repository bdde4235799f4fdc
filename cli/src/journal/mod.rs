//! The journal of a run: what every process of the tree wrote down, read while they write. Every byte of it is a claim.

mod folder;
mod process;
mod reader;

pub use folder::{Journal, Trouble};
pub use process::{Number, Process};

use shmsan_core::event::Event;
use shmsan_core::record::Finding;
use shmsan_core::time::Time;

/// What a process said, in the order of its own journal.
#[derive(Debug)]
pub struct Said {
    pub process: Number,
    pub what: What,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "most of it are calls")]
pub enum What {
    /// Its first call: it has begun, or its program was replaced by exec.
    Began(Time),
    Call(Event),
    Finding(Finding),
    End(Time),
}

impl Said {
    /// When it was.
    pub fn time(&self) -> Time {
        match &self.what {
            What::Began(time) | What::End(time) => *time,
            What::Call(event) => event.stamp.time,
            What::Finding(finding) => finding.time,
        }
    }
}
