//! What the processes of a run did with segments, put together from their journals. Whoever says something here may lie or
//! be wrong: the kernel's word at the end counts more.

use crate::call::{Addr, Call, Key, Outcome, ShmId, Written};
use crate::event::Event;
use crate::flags::IPC_RMID;
use crate::site::Site;
use crate::time::Time;
use crate::tracker::Refused;
use std::collections::HashMap;

/// One program in one process, by a number that the command gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member(pub usize);

/// A segment, by the inode of its IPC namespace and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    pub namespace: u64,
    pub id: ShmId,
}

/// A shmget that gave the id: it made the segment, or found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Got {
    pub member: Member,
    pub pid: i32,
    pub key: Key,
    pub asked: usize,
    pub flags: i32,
    pub site: Site,
    pub time: Time,
}

/// An attachment that is there, or a removal that was made, and by whom: a child has attachments of its parent's making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    pub member: Member,
    pub pid: i32,
    pub call: Call,
    pub outcome: Outcome,
    pub site: Site,
    pub time: Time,
}

impl Done {
    /// The call as strace(1) would write it.
    #[must_use]
    pub fn written(&self) -> String {
        Written { call: &self.call, outcome: self.outcome, detail: None }.to_string()
    }
}

/// A segment that a process of the run knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// In the order in which they came, each member once.
    pub got: Vec<Got>,
    /// The first shmat that failed, where none had succeeded, and whose it was.
    pub refused: Option<(Member, Refused)>,
    /// Whether it was ever attached.
    pub used: bool,
    pub removed: Option<Done>,
}

/// An attachment, by where it stands in whose memory.
type Place = (Member, Addr);

#[derive(Debug, Default)]
pub struct Tree {
    segments: HashMap<Name, Known>,
    attachments: HashMap<Place, (Name, Done)>,
}

/// Of a segment that thousands of processes open, so many are remembered.
const MOST_GETS: usize = 256;

impl Tree {
    /// Takes in a call of `member`, which is in the IPC namespace `namespace`.
    pub fn record(&mut self, member: Member, namespace: u64, event: &Event) {
        let Event { stamp, call, outcome, site, .. } = *event;
        let done = Done { member, pid: stamp.pid, call, outcome, site, time: stamp.time };
        let name = |id| Name { namespace, id };
        match (call, outcome) {
            (Call::Get { key, size, flags }, Ok(id)) => {
                let id = i32::try_from(id).map_or(ShmId(-1), ShmId);
                let Done { pid, time, .. } = done;
                self.get(name(id), Got { member, pid, key, asked: size, flags, site, time });
            }
            (Call::Attach { id, .. }, Ok(address)) => {
                let known = self.segments.entry(name(id)).or_default();
                known.used = true;
                known.refused = None;
                // Whatever was there was detached behind our back.
                if let Some((before, _)) = self.attachments.insert((member, Addr(address)), (name(id), done)) {
                    self.forget_if_over(before);
                }
            }
            (Call::Attach { id, address, flags }, Err(errno)) => {
                // The id may be none at all: nobody knows such a segment.
                if let Some(known) = self.segments.get_mut(&name(id)).filter(|known| !known.used) {
                    known.refused.get_or_insert((member, Refused { id, address, flags, errno, site }));
                }
            }
            (Call::Detach { address }, Ok(_)) => {
                if let Some((name, _)) = self.attachments.remove(&(member, address)) {
                    self.forget_if_over(name);
                }
            }
            (Call::Control { id, command: IPC_RMID, .. }, Ok(_)) => {
                self.segments.entry(name(id)).or_default().removed.get_or_insert(done);
                self.forget_if_over(name(id));
            }
            _ => {}
        }
    }

    fn get(&mut self, name: Name, got: Got) {
        let known = self.segments.entry(name).or_default();
        // A key finds nothing that was removed: the id is another segment's by now.
        if known.removed.is_some() {
            *known = Known::default();
        }
        if known.got.len() < MOST_GETS && known.got.iter().all(|other| other.member != got.member) {
            known.got.push(got);
        }
    }

    /// `parent` forked `child`, which has all that the parent has now.
    pub fn inherit(&mut self, parent: Member, child: Member) {
        let all = self.attachments.iter().filter(|(place, _)| place.0 == parent);
        let heritage: Vec<_> = all.map(|(place, attachment)| ((child, place.1), *attachment)).collect();
        self.attachments.extend(heritage);
    }

    /// Who has something attached that another member attached.
    pub fn heirs(&self) -> impl Iterator<Item = Member> {
        self.attachments.iter().filter(|(place, (_, done))| place.0 != done.member).map(|(place, _)| place.0)
    }

    /// The member is gone, or its program is: the kernel has taken its attachments. Returns them.
    pub fn leave(&mut self, member: Member) -> Vec<(Name, Done)> {
        let mut left: Vec<_> =
            self.attachments.extract_if(|place, _| place.0 == member).map(|(_, attachment)| attachment).collect();
        left.sort_by_key(|(_, done)| done.time);
        left
    }

    /// What was removed, and nobody of the run has attached, is of no more interest.
    pub fn forget_if_over(&mut self, name: Name) {
        let removed = self.segments.get(&name).is_some_and(|known| known.removed.is_some());
        if removed && self.attachments.values().all(|(other, _)| *other != name) {
            self.segments.remove(&name);
        }
    }

    #[must_use]
    pub fn segment(&self, name: Name) -> Option<&Known> {
        self.segments.get(&name)
    }

    pub fn segments(&self) -> impl Iterator<Item = (Name, &Known)> {
        self.segments.iter().map(|(name, known)| (*name, known))
    }

    /// The attachments of a member that its journal tells of.
    pub fn attachments_of(&self, member: Member) -> impl Iterator<Item = &(Name, Done)> {
        self.attachments.iter().filter(move |(place, _)| place.0 == member).map(|(_, attachment)| attachment)
    }

    /// Who has attached what is marked for destruction.
    pub fn holders_of_removed(&self) -> impl Iterator<Item = Member> {
        let removed = |name| self.segments.get(name).is_some_and(|known| known.removed.is_some());
        self.attachments.iter().filter(move |(_, (name, _))| removed(name)).map(|((member, _), _)| *member)
    }

    /// Whether anybody else has it attached, as far as the journals tell.
    #[must_use]
    pub fn is_held_by_another(&self, name: Name, member: Member) -> bool {
        self.attachments.iter().any(|(place, (held, _))| *held == name && place.0 != member)
    }
}

impl Known {
    /// The shmget that made the segment, where `creator` is who made it: it may have found it again since.
    #[must_use]
    pub fn creation_by(&self, creator: i32, key: Key) -> Option<&Got> {
        self.got.iter().find(|got| got.pid == creator && got.key == key)
    }
}

#[cfg(test)]
mod tests;
