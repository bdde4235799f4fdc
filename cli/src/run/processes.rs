//! Who is whose child on this machine, as /proc tells it.

use crate::machine::command_of;
use shmsan_core::facts::{Started, started};
use std::collections::{HashMap, HashSet};
use std::fs;

/// A process that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub pid: i32,
    /// Its arguments with spaces between them, or its name in brackets; as it says, not harmless.
    pub command: Vec<u8>,
}

/// What /proc says of a process; also of one that has ended and was not waited for.
pub fn look_at(pid: i32) -> Option<Started> {
    started(&fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// Whether `pid` descends from `ancestor`.
pub fn descends_from(pid: i32, ancestor: i32) -> bool {
    let parents = std::iter::successors(Some(pid), |pid| look_at(*pid).map(|found| found.parent));
    // A chain that changes while it is read may lead anywhere.
    parents.take_while(|pid| *pid > 0).take(1000).any(|pid| pid == ancestor)
}

/// The living children of `parent`.
pub fn children_of(parent: i32) -> HashSet<i32> {
    all().into_iter().filter(|(_, found)| found.parent == parent && !found.ended).map(|(pid, _)| pid).collect()
}

/// The living descendants of `ancestor`, but for `strangers` and theirs.
pub fn descendants_of(ancestor: i32, strangers: &HashSet<i32>) -> Vec<Running> {
    let all = all();
    let is_ours = |pid: i32| {
        let parents = std::iter::successors(Some(pid), |pid| all.get(pid).map(|found| found.parent));
        let mut parents = parents.take(1000).take_while(|pid| !strangers.contains(pid));
        pid != ancestor && parents.any(|pid| pid == ancestor)
    };
    let mut pids: Vec<_> =
        all.iter().filter(|(pid, found)| !found.ended && is_ours(**pid)).map(|(pid, _)| *pid).collect();
    pids.sort_unstable();
    // Some may have ended meanwhile.
    pids.into_iter().filter_map(|pid| Some(Running { pid, command: command_of(pid)? })).collect()
}

fn all() -> HashMap<i32, Started> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, look_at(pid)?))).collect()
}
