//! Facts for the tests of rules: what is not said is not there.

use super::{Facts, Heir, Identity, Past, SegmentFacts};
use crate::call::{Addr, Key, ShmId};
use crate::detail::{Limits, Owner, Status, Usage};
use crate::tracker::{Attachment, Detached, Failed, Removed, Segment, Tracker};

pub const PID: i32 = 77;
pub const PAGE: usize = 4096;

/// The kernel, and in `tracker` the past.
#[derive(Default)]
pub struct World {
    pub segments: Vec<SegmentFacts>,
    pub limits: Option<Limits>,
    pub usage: Option<Usage>,
    pub forced: bool,
    pub heir: Option<Heir>,
    pub identity: Identity,
    pub tracker: Tracker,
}

/// A segment that this process made, of a page.
#[must_use]
pub fn segment(id: i32) -> SegmentFacts {
    SegmentFacts {
        id: ShmId(id),
        key: Key::PRIVATE,
        size: PAGE,
        mode: 0o600,
        uid: 0,
        owner: Some("root".to_owned()),
        creator: PID,
        process: None,
        age: None,
        attachments: 0,
        own_attachments: 0,
    }
}

impl Facts for World {
    fn status(&self, id: ShmId) -> Option<Status> {
        let SegmentFacts { key, size, mode, uid, creator, attachments, .. } = self.segment(id)?;
        Some(Status {
            key,
            owner: Owner { uid, gid: uid, mode },
            creator_uid: uid,
            creator_gid: uid,
            size: size as u64,
            attached_at: 0,
            detached_at: 0,
            changed_at: 0,
            creator,
            last: 0,
            attachments,
        })
    }

    fn segment(&self, id: ShmId) -> Option<SegmentFacts> {
        self.segments.iter().find(|segment| segment.id == id).cloned()
    }

    fn id_of(&self, key: Key) -> Option<ShmId> {
        self.segments.iter().find(|segment| segment.key == key).map(|segment| segment.id)
    }

    fn tenant(&self, id: ShmId) -> Option<ShmId> {
        let place = |id: ShmId| id.0 & 0x7fff;
        self.segments.iter().map(|segment| segment.id).find(|tenant| place(*tenant) == place(id))
    }

    fn limits(&self) -> Option<Limits> {
        self.limits
    }

    fn usage(&self) -> Option<Usage> {
        self.usage
    }

    fn destroyed_with_last_user(&self) -> bool {
        self.forced
    }

    fn heir(&self) -> Option<Heir> {
        self.heir
    }

    fn pid(&self) -> i32 {
        PID
    }

    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn page_size(&self) -> usize {
        PAGE
    }

    fn past(&self) -> &dyn Past {
        self
    }
}

impl Past for World {
    fn known_segment(&self, id: ShmId) -> Option<Segment> {
        self.tracker.segment(id)
    }

    fn attachment_of(&self, address: Addr) -> Option<Attachment> {
        self.tracker.attachment_of(address, PAGE)
    }

    fn attachment_of_segment(&self, id: ShmId) -> Option<Attachment> {
        self.tracker.attachment_of_segment(id)
    }

    fn detached_from(&self, address: Addr) -> Option<Detached> {
        self.tracker.detached_from(address)
    }

    fn removal_of(&self, id: ShmId) -> Option<Removed> {
        self.tracker.removal_of(id)
    }

    fn failed_get(&self) -> Option<Failed> {
        self.tracker.failed_get()
    }

    fn failed_attach(&self) -> Option<Failed> {
        self.tracker.failed_attach()
    }

    fn failed_ftok(&self) -> Option<Failed> {
        self.tracker.failed_ftok()
    }
}
