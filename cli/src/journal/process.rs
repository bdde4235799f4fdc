//! One program in one process: an exec makes another of it.

use shmsan_core::record::{self, Beginning, Places};
use shmsan_core::time::Time;

/// Of a process of the run, in the order in which they were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(pub usize);

#[derive(Debug)]
pub struct Process {
    pub pid: i32,
    /// Clock ticks since the machine began; 0 where that is not known.
    pub began: u64,
    /// When its first call was.
    pub first: Time,
    /// The token of whoever forked it at that time, with all that it had attached then; 0 where nobody did.
    pub origin: u64,
    /// The IPC namespace it began in; 0 where that is not known.
    pub namespace: u64,
    /// What runs there.
    pub program: record::Process,
    /// Whether it said that it comes to its end.
    pub ended: bool,
    /// Whether it is over, or another program runs in it.
    pub gone: bool,
    pub places: Places,
}

impl Process {
    pub fn new(beginning: &Beginning) -> Self {
        let Beginning { pid, began, namespace, time, origin, .. } = *beginning;
        Self {
            pid,
            began,
            first: time,
            origin,
            namespace,
            program: record::Process::default(),
            ended: false,
            gone: false,
            places: Places::default(),
        }
    }
}
