//! Segments that were made here, are still there, and that nobody uses.

use crate::call::{Call, Key, ShmId, Written};
use crate::facts::{Facts, Heir, SegmentFacts};
use crate::finding::{Earlier, Finding};
use crate::rule::{self, Severity};
use crate::text::{counted, unbroken};
use crate::tracker::{Refused, Segment};

/// How many segments of one report are named in the command that removes them.
const SHOWN: usize = 32;

/// At what moment the question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The process is about to end: its own attachments go with it.
    Exit,
    /// The program goes on: what it has attached is in use.
    Running,
}

/// A segment that was created here, is still there, and that nobody has attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    segment: Segment,
    now: SegmentFacts,
    /// The shmat after which this program could do nothing with it.
    refused: Option<Refused>,
    moment: Moment,
    /// Who may still use and remove it.
    heir: Option<Heir>,
}

/// Whether `segment` leaks; `refused` is the shmat of it that failed where none succeeded.
#[must_use]
pub fn leak(segment: &Segment, refused: Option<Refused>, moment: Moment, facts: &dyn Facts) -> Option<Leak> {
    if !segment.is_ours_to_remove() || (moment == Moment::Exit && facts.destroyed_with_last_user()) {
        return None;
    }
    let now = facts.segment(segment.id).filter(|now| is_still(segment, now, facts.pid()))?;
    let remaining = match moment {
        Moment::Exit => now.attachments.saturating_sub(now.own_attachments),
        Moment::Running => now.attachments,
    };
    if remaining > 0 || now.is_marked_for_destruction() {
        return None;
    }
    let heir = if moment == Moment::Exit { facts.heir() } else { None };
    // Whoever knows the key will find it: servers make a segment in a child and remove it in the parent.
    if heir.is_some() && segment.key != Key::PRIVATE {
        return None;
    }
    Some(Leak { segment: *segment, now, refused, moment, heir })
}

/// Whether the kernel's segment is the one this process created: after unshare(CLONE_NEWIPC) the id may name another.
pub(super) fn is_still(segment: &Segment, now: &SegmentFacts, pid: i32) -> bool {
    now.creator == pid && now.key == segment.key && now.size == segment.size
}

/// Leaks, those of one site together: as many as there may be, they need little memory.
#[derive(Debug, Default)]
pub struct Leaks {
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    first: Leak,
    count: usize,
    bytes: usize,
    /// The first of them.
    ids: Vec<ShmId>,
}

impl Leaks {
    pub fn add(&mut self, leak: &Leak) {
        let known = self.groups.iter().position(|group| group.first.is_like(leak));
        let index = known.unwrap_or_else(|| {
            self.groups.push(Group { first: leak.clone(), count: 0, bytes: 0, ids: Vec::new() });
            self.groups.len() - 1
        });
        let group = &mut self.groups[index];
        group.count += 1;
        group.bytes = group.bytes.saturating_add(leak.segment.size);
        if group.ids.len() < SHOWN {
            group.ids.push(leak.segment.id);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.count).sum()
    }

    /// `leaked-segment` or `created-then-attach-failed`, one for each site.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        self.groups.iter().map(Group::finding)
    }
}

impl Leak {
    const fn is_private(&self) -> bool {
        self.segment.key.0 == Key::PRIVATE.0
    }

    /// Whether one report can tell of both.
    fn is_like(&self, other: &Self) -> bool {
        let site_of_refusal = |leak: &Self| leak.refused.map(|refused| refused.site);
        self.segment.site == other.segment.site
            && self.is_private() == other.is_private()
            && site_of_refusal(self) == site_of_refusal(other)
    }
}

impl Group {
    fn finding(&self) -> Finding {
        let first = &self.first;
        let Segment { id, key, asked, flags, site, .. } = first.segment;
        let sure = first.refused.is_some() || first.is_private();
        Finding {
            rule: first.refused.map_or(&rule::exit::LEAKED_SEGMENT, |_| &rule::exit::CREATED_THEN_ATTACH_FAILED),
            severity: if sure && first.heir.is_none() { Severity::Error } else { Severity::Warning },
            headline: self.headline(),
            call: Written {
                call: &Call::Get { key, size: asked, flags },
                outcome: Ok(usize::try_from(id.0).unwrap_or_default()),
                detail: None,
            }
            .to_string(),
            site,
            earlier: first.refused.map(earlier),
            before_that: None,
            key: Some(key).filter(|key| *key != Key::PRIVATE),
            segment: Some(first.now.clone()),
            why: why(first),
            fix: self.fix(),
        }
    }

    fn fix(&self) -> String {
        let call = unbroken("shmctl(shmid, IPC_RMID, NULL)");
        let when = if self.first.refused.is_some() {
            "where shmat fails, before the program gives up"
        } else {
            "when its last user is done, also on the ways out after an error"
        };
        format!("call {call} {when}; if nobody is to use it any more: {}", self.removal())
    }

    fn headline(&self) -> String {
        let Self { first, count, bytes, .. } = self;
        let left = match first.moment {
            Moment::Exit => "left behind",
            Moment::Running => "that nobody has attached now",
        };
        let after = if first.refused.is_some() { ", after shmat failed" } else { "" };
        let size = counted(*bytes, "byte");
        match (count, first.is_private()) {
            (1, true) => format!("{size} of IPC_PRIVATE memory {left}{after}"),
            (1, false) => format!("{size} {left} under key {}{after}", first.segment.key.as_in_source()),
            (_, true) => format!("{count} segments of IPC_PRIVATE memory {left}{after}, {size} in all"),
            (_, false) => format!("{count} segments with keys {left}{after}, {size} in all"),
        }
    }

    /// The command that removes them.
    fn removal(&self) -> String {
        let mut words = vec!["ipcrm".to_owned()];
        words.extend(self.ids.iter().map(|id| unbroken(&format!("-m {id}"))));
        match self.count - self.ids.len() {
            0 if self.count == 1 => unbroken(&words.join(" ")),
            0 => words.join(" "),
            more => format!("{} (and {more} more: ipcs -m)", words.join(" ")),
        }
    }
}

/// The shmat that failed, as strace would write it.
fn earlier(Refused { id, address, flags, errno, site }: Refused) -> Earlier {
    let call = Call::Attach { id, address, flags };
    Earlier { what: Written { call: &call, outcome: Err(errno), detail: None }.to_string(), site }
}

fn why(leak: &Leak) -> String {
    let stays = "a segment outlives every process that used it: it stays until somebody removes it or the machine \
                 (the container, the IPC namespace) ends";
    let unless = match (&leak.heir, leak.is_private()) {
        (Some(heir), _) => format!("{heir} still runs: if that one knows the id and removes it, this is no leak"),
        (None, _) if leak.refused.is_some() => {
            "this program made it, could not use it, and went away without it".to_owned()
        }
        (None, true) => "without a key, only a process that was told its id can use or remove it".to_owned(),
        (None, false) => "if another process is to use this one, it is no leak".to_owned(),
    };
    format!("{stays}; {unless}")
}

#[cfg(test)]
mod tests;
