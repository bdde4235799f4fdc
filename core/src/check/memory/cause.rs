//! What a fault comes from, told from where it is and what the tracker knows. It neither allocates nor asks the kernel: it
//! runs in a signal handler.

use super::{Access, Fault, Kind};
use crate::call::{Addr, Call, ShmId};
use crate::flags::{SHM_EXEC, SHM_HUGETLB, SHM_RDONLY};
use crate::rule::{self, Rule};
use crate::tracker::outline::{HIGHEST_OF_MINUS_ONE, LOWEST_OF_MINUS_ONE, NEAR};
use crate::tracker::{Attachment, Detached, Failed, Tracker};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a signal handler has no heap to put a part of it")]
pub enum Cause {
    /// So many bytes behind the segment's last one, where 0 is the next byte.
    Overflow {
        attachment: Attachment,
        past: usize,
    },
    /// So many bytes before its first one, where 1 is the byte before.
    Underflow {
        attachment: Attachment,
        before: usize,
    },
    ReadOnly {
        attachment: Attachment,
    },
    Execute {
        attachment: Attachment,
    },
    HugePages {
        attachment: Attachment,
    },
    Detached {
        detached: Detached,
    },
    /// The result of a shmat that failed, used as an address.
    Unchecked {
        failed: Failed,
    },
}

impl Cause {
    /// `None` where the fault has nothing to do with shared memory, as far as is known. `page` is the size of one.
    #[must_use]
    pub fn find(fault: &Fault, tracker: &Tracker, page: usize) -> Option<Self> {
        if let Some(attachment) = tracker.attachment_of(fault.address, page) {
            return Self::inside(fault, attachment, tracker);
        }
        if fault.kind == Kind::NoMemory {
            return None;
        }
        let unchecked = Self::unchecked(fault, tracker);
        if unchecked.is_some() || !is_free(fault, tracker, page) {
            return unchecked;
        }
        Self::detached(fault, tracker, page).or_else(|| Self::beside(fault, tracker, page))
    }

    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> &'static Rule {
        match self {
            Self::Overflow { .. } => &rule::memory::OVERFLOW,
            Self::Underflow { .. } => &rule::memory::UNDERFLOW,
            Self::ReadOnly { .. } => &rule::memory::WRITE_TO_READ_ONLY,
            Self::Execute { .. } => &rule::memory::EXECUTE_SEGMENT,
            Self::HugePages { .. } => &rule::memory::HUGE_PAGES_EXHAUSTED,
            Self::Detached { .. } => &rule::memory::USE_AFTER_DETACH,
            Self::Unchecked { .. } => &rule::detach::UNCHECKED_SHMAT,
        }
    }

    /// Of which segment a page must still be mapped, and where, for this to be the cause: the program may have unmapped it.
    #[must_use]
    pub fn rests_on(&self, fault: &Fault, page: usize) -> Option<(ShmId, Addr)> {
        match self {
            Self::Overflow { attachment, .. } => Some((attachment.id, Addr(attachment.pages(page).1.0 - 1))),
            Self::Underflow { attachment, .. } => Some((attachment.id, attachment.pages(page).0)),
            Self::ReadOnly { attachment } | Self::Execute { attachment } => Some((attachment.id, fault.address)),
            Self::HugePages { .. } | Self::Detached { .. } | Self::Unchecked { .. } => None,
        }
    }

    /// The attachment is there, and does not allow it. Where nothing is mapped the program took it away itself.
    fn inside(fault: &Fault, attachment: Attachment, tracker: &Tracker) -> Option<Self> {
        let flags = attachment.flags;
        // Marked for destruction it is as large as before.
        let removed = || tracker.removal_of(attachment.id).map(|removed| removed.flags);
        let flags_of_segment = || tracker.segment(attachment.id).map(|segment| segment.flags).or_else(removed);
        let huge = || flags_of_segment().is_some_and(|flags| flags & SHM_HUGETLB != 0);
        match (fault.kind, fault.access) {
            (Kind::NoMemory, _) if huge() => Some(Self::HugePages { attachment }),
            (Kind::NotAllowed, Access::Write | Access::Unknown) if flags & SHM_RDONLY != 0 => {
                Some(Self::ReadOnly { attachment })
            }
            (Kind::NotAllowed, Access::Execute) if flags & SHM_EXEC == 0 => Some(Self::Execute { attachment }),
            _ => None,
        }
    }

    fn unchecked(fault: &Fault, tracker: &Tracker) -> Option<Self> {
        let failed = tracker.failed_attach()?;
        let address = fault.address.0;
        let wraps = address <= HIGHEST_OF_MINUS_ONE;
        if address < LOWEST_OF_MINUS_ONE && !wraps {
            return None;
        }
        // A NULL pointer ends there too, so this must be what the thread did last, and inside what it wanted.
        if wraps && (failed.thread != fault.thread || !tracker.is_last_attach_of(&failed)) {
            return None;
        }
        let Call::Attach { id, .. } = failed.call else { return None };
        let size = tracker.segment(id).map_or(HIGHEST_OF_MINUS_ONE, |segment| segment.size);
        (!wraps || address + 1 < size.max(16)).then_some(Self::Unchecked { failed })
    }

    fn detached(fault: &Fault, tracker: &Tracker, page: usize) -> Option<Self> {
        let detached = tracker.detached_around(fault.address, page)?;
        let (place, number) = (detached.attachment.pages(page).0, detached.attachment.number);
        // A smaller segment stands there now: its neighbourhood is its own.
        let stands_there = |now: &Attachment| now.pages(page).0 == place && now.number > number;
        (!tracker.attachments().any(stands_there)).then_some(Self::Detached { detached })
    }

    /// Behind an attachment or before one, whichever is nearer.
    fn beside(fault: &Fault, tracker: &Tracker, page: usize) -> Option<Self> {
        let in_gap = tracker.is_in_gap(fault.address);
        let near = tracker.attachments().filter_map(|attachment| {
            let (begin, end) = attachment.pages(page);
            let reach = if in_gap { tracker.reach(begin) } else { None };
            let (from, to) =
                reach.unwrap_or_else(|| (Addr(begin.0.saturating_sub(NEAR)), Addr(end.0.saturating_add(NEAR))));
            let address = fault.address;
            if end <= address && address < to {
                let past = address.0 - attachment.address.0 - attachment.size;
                Some((address.0 - end.0, Self::Overflow { attachment: *attachment, past }))
            } else if from <= address && address < begin {
                let before = attachment.address.0 - address.0;
                Some((begin.0 - address.0, Self::Underflow { attachment: *attachment, before }))
            } else {
                None
            }
        });
        near.min_by_key(|(distance, _)| *distance).map(|(_, cause)| cause)
    }
}

/// Whether nothing of others is mapped where the fault is: what forbids it is ours, or it is a mapping that the program has
/// forbidden itself, as below a thread's stack, or as a collector's write barrier.
fn is_free(fault: &Fault, tracker: &Tracker, page: usize) -> bool {
    fault.kind == Kind::NotMapped || tracker.forbids(fault.address, page)
}
