//! What is measured: the usual things that programs do with segments.

use crate::sys::{Calls, touch};
use std::time::Instant;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
const GIB: usize = 1 << 30;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Get,
    Status,
    Attach,
    /// The same, and a byte is written.
    Touch,
    /// From shmget to IPC_RMID.
    Life,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The word for it between processes.
    pub word: &'static str,
    pub name: &'static str,
    pub work: Work,
    /// Bytes of the segment.
    pub size: usize,
    /// What it may cost: by tracking alone, with a record of each call, and with all there is but the trace.
    pub goals: [f64; 3],
}

/// All of them, in the order of the table.
pub const OPERATIONS: [Operation; 9] = [
    operation("get", "shmget of a known key", Work::Get, 4 * KIB, [1.03, 1.15, 1.15]),
    operation("status", "IPC_STAT", Work::Status, 4 * KIB, [1.03, 1.15, 1.15]),
    operation("attach-4k", "attach, detach: 4 KiB", Work::Attach, 4 * KIB, [1.03, 1.08, 1.10]),
    operation("attach-1m", "attach, detach: 1 MiB", Work::Attach, MIB, [1.03, 1.08, 1.10]),
    operation("attach-1g", "attach, detach: 1 GiB", Work::Attach, GIB, [1.03, 1.08, 1.10]),
    operation("touch-4k", "the same, a page touched: 4 KiB", Work::Touch, 4 * KIB, [1.02, 1.04, 1.10]),
    operation("touch-1m", "the same, a page touched: 1 MiB", Work::Touch, MIB, [1.02, 1.04, 1.10]),
    operation("touch-1g", "the same, a page touched: 1 GiB", Work::Touch, GIB, [1.02, 1.04, 1.10]),
    operation("life", "create, attach, write, detach, remove", Work::Life, 4 * KIB, [1.02, 1.05, 1.15]),
];

const fn operation(word: &'static str, name: &'static str, work: Work, size: usize, goals: [f64; 3]) -> Operation {
    Operation { word, name, work, size, goals }
}

/// The one with that word.
pub fn find(word: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.word == word)
}

/// Where it is done.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub key: i32,
    pub id: i32,
}

impl Operation {
    /// Nanoseconds for each of `count` in a row.
    pub fn batch(&self, calls: &Calls, subject: Subject, count: u32) -> f64 {
        let begin = Instant::now();
        // Chosen out here: each loop holds nothing but the calls.
        match self.work {
            Work::Get => (0..count).for_each(|_| {
                calls.get(subject.key, self.size, 0o600);
            }),
            Work::Status => (0..count).for_each(|_| calls.status(subject.id)),
            Work::Attach => (0..count).for_each(|_| calls.detach(calls.attach(subject.id))),
            Work::Touch => (0..count).for_each(|_| {
                let memory = calls.attach(subject.id);
                touch(memory);
                calls.detach(memory);
            }),
            Work::Life => (0..count).for_each(|_| {
                let id = calls.get(libc::IPC_PRIVATE, self.size, 0o600);
                let memory = calls.attach(id);
                touch(memory);
                calls.detach(memory);
                calls.remove(id);
            }),
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(count)
    }
}
