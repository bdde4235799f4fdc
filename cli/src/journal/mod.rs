//! The journal of a run: what every process of the tree wrote down, read while they write. Every byte of it is a claim.

mod folder;
mod names;
mod process;
mod reader;

pub use folder::{Journal, Trouble};
pub use names::Names;
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
pub enum What {
    /// It has begun, or its program was replaced by exec.
    Began,
    Call(Event),
    Finding(Finding),
    End(Time),
}

impl Said {
    /// When it was; `None` for what has no time of its own and stands with what follows it.
    pub fn time(&self) -> Option<Time> {
        match &self.what {
            What::Began => None,
            What::Call(event) => Some(event.stamp.time),
            What::Finding(finding) => Some(finding.time),
            What::End(time) => Some(*time),
        }
    }
}
