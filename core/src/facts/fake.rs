//! Facts for the tests of rules: what is not said is not there.

use super::{Facts, Heir, HugePages, Identity, Life, Mapping, Memory, Past, SegmentFacts, Space, Visit};
use crate::call::{Addr, Key, ShmId};
use crate::detail::{Limits, Owner, Status, Usage};
use crate::path::{File, PathStart};
use crate::site::Site;
use crate::tracker::{Attachment, Created, Detached, Failed, Named, Removed, Replaced, Segment, Tracker};
use std::ops::ControlFlow;

pub const PID: i32 = 77;
pub const PAGE: usize = 4096;
pub const LOWEST: usize = 0x10000;

/// The kernel, and in `tracker` the past.
#[derive(Default)]
pub struct World {
    pub segments: Vec<SegmentFacts>,
    pub limits: Option<Limits>,
    pub usage: Option<Usage>,
    pub forced: bool,
    pub heir: Option<Heir>,
    pub identity: Identity,
    pub memory: Option<Memory>,
    pub huge_pages: Vec<HugePages>,
    pub huge_page_group: Option<u32>,
    pub has_sysv_ipc: Option<bool>,
    pub is_filtered: Option<bool>,
    pub queues: Vec<i32>,
    /// The user and group who made the segments, where that is not the owner.
    pub maker: Option<u32>,
    /// The last process that attached or detached a segment.
    pub last: i32,
    pub lock_limit: Option<u64>,
    pub namespace: Option<u32>,
    pub files: Vec<(PathStart, File)>,
    /// `None` where there is no /proc.
    pub mappings: Option<Vec<Mapping>>,
    pub space: Space,
    pub lender: Option<i32>,
    pub tracker: Tracker,
}

/// A segment that this process made, of a page; with an age it was attached once.
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
        let SegmentFacts { key, size, mode, uid, creator, attachments, age, .. } = self.segment(id)?;
        Some(Status {
            key,
            owner: Owner { uid, gid: uid, mode },
            creator_uid: self.maker.unwrap_or(uid),
            creator_gid: self.maker.unwrap_or(uid),
            size: size as u64,
            attached_at: i64::from(age.is_some()),
            detached_at: 0,
            changed_at: 0,
            creator,
            last: self.last,
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

    fn each_segment(&self, visit: &mut dyn FnMut(ShmId, &Status)) {
        for id in self.segments.iter().map(|segment| segment.id) {
            visit(id, &self.status(id).unwrap());
        }
    }

    fn creator_has_ended(&self, status: &Status) -> bool {
        let of_creator = self.segments.iter().filter(|segment| segment.creator == status.creator);
        of_creator.filter_map(|segment| segment.process.as_ref()).any(|process| process.life == Life::Gone)
    }

    fn user_name(&self, uid: u32) -> Option<String> {
        (uid == 0).then(|| "root".to_owned())
    }

    fn memory(&self) -> Option<Memory> {
        self.memory
    }

    fn huge_pages(&self) -> Vec<HugePages> {
        self.huge_pages.clone()
    }

    fn huge_page_group(&self) -> Option<u32> {
        self.huge_page_group
    }

    fn has_sysv_ipc(&self) -> Option<bool> {
        self.has_sysv_ipc
    }

    fn is_filtered(&self) -> Option<bool> {
        self.is_filtered
    }

    fn other_object(&self, id: i32) -> Option<&'static str> {
        self.queues.contains(&id).then_some("a message queue")
    }

    fn lock_limit(&self) -> Option<u64> {
        self.lock_limit
    }

    fn namespace(&self) -> Option<u32> {
        self.namespace
    }

    fn file(&self, path: &PathStart) -> Option<File> {
        self.files.iter().find(|(name, _)| name == path).map(|(_, file)| *file)
    }

    fn each_mapping(&self, from: Addr, to: Addr, visit: Visit<'_>) -> Option<()> {
        let overlapping = self.mappings.as_ref()?.iter().filter(|mapping| mapping.end > from && mapping.begin < to);
        overlapping.map(visit).find(ControlFlow::is_break);
        Some(())
    }

    fn lowest_address(&self) -> usize {
        LOWEST
    }

    fn space(&self) -> Space {
        self.space
    }

    fn lender(&self) -> Option<i32> {
        self.lender
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

    fn twin_of(&self, id: ShmId, address: Addr) -> Option<Attachment> {
        self.tracker.twin_of(id, address)
    }

    fn detached_from(&self, address: Addr) -> Option<Detached> {
        self.tracker.detached_from(address)
    }

    fn removal_of(&self, id: ShmId) -> Option<Removed> {
        self.tracker.removal_of(id)
    }

    fn removal_of_key(&self, key: Key) -> Option<Removed> {
        self.tracker.removal_of_key(key)
    }

    fn created(&self) -> Option<Created> {
        Created::count(self.tracker.created_sites().collect())
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

    fn zero_ftok(&self) -> Option<Site> {
        self.tracker.zero_ftok()
    }

    fn named(&self, path: &PathStart, key: Key) -> Option<Named> {
        self.tracker.named().find(path, key)
    }

    fn same_key(&self, named: &Named) -> Option<Named> {
        self.tracker.named().collision(named)
    }

    fn replaced(&self, named: &Named) -> Option<Replaced> {
        self.tracker.named().replaced(named)
    }
}
