//! What the end of a run shows: judged from the journals of its processes and from what the kernel has now.

mod ended;
mod left;
mod unseen;

pub use ended::{Death, died, exec_destroyed};
pub use left::{Fate, Leak, Sites, leaked, removal_pending};
pub use unseen::{Unwatched, not_loaded, vanished};

use crate::call::{Call, Key, Written};
use crate::facts::SegmentFacts;
use crate::text::{HARD_SPACE, Plain};
use crate::tree::Got;
use std::fmt;

/// A segment that is there when the run is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// With the creator as [`SegmentFacts::process`], and its command line where a journal told it.
    pub now: SegmentFacts,
    /// Who has it attached, as far as that can be seen.
    pub holders: Vec<Holder>,
}

/// Those that are alike together, in the order in which the first of each came.
fn together<'a, T, L: PartialEq>(all: &'a [T], mut like: impl FnMut(&'a T) -> L) -> Vec<Vec<&'a T>> {
    let mut groups: Vec<(L, Vec<&T>)> = Vec::new();
    for one in all {
        let like = like(one);
        match groups.iter_mut().find(|(other, _)| *other == like) {
            Some((_, group)) => group.push(one),
            None => groups.push((like, vec![one])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// A process, as a report names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: i32,
    /// Its arguments with spaces between them.
    pub command: Option<Vec<u8>>,
}

/// `pid 22702 (./server --workers 2)`.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        match &self.command {
            Some(command) => write!(f, " ({})", Plain(command)),
            None => Ok(()),
        }
    }
}

/// Several of them; of many the first.
struct Holders<'a>(&'a [Holder]);

impl fmt::Display for Holders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (number, holder) in self.0.iter().take(SHOWN).enumerate() {
            f.write_str(if number == 0 { "" } else { ", " })?;
            f.write_str(&holder.to_string().replacen(' ', &HARD_SPACE.to_string(), 1))?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// The shmget as strace would write it.
fn shmget(got: &Got, now: &SegmentFacts) -> String {
    let call = Call::Get { key: got.key, size: got.asked, flags: got.flags };
    Written { call: &call, outcome: Ok(usize::try_from(now.id.0).unwrap_or_default()), detail: None }.to_string()
}

/// For suppressions: IPC_PRIVATE is no key.
fn own_key(key: Key) -> Option<Key> {
    Some(key).filter(|key| *key != Key::PRIVATE)
}

#[cfg(test)]
mod tests;
