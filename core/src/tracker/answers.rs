//! What the tracker knows, for the rules and the reports.

use super::{Attachment, Detached, Failed, NamedKeys, Refused, Removed, Segment, Tally, Tracker, Use};
use crate::call::{Addr, Key, ShmId};
use crate::site::Site;

impl Tracker {
    /// The attachment in whose pages `address` lies; the newest, because an older one was unmapped behind our back.
    #[must_use]
    pub fn attachment_of(&self, address: Addr, page: usize) -> Option<Attachment> {
        let covering = self.attachments.iter().filter(|attachment| attachment.covers(address, page));
        covering.max_by_key(|attachment| attachment.number).copied()
    }

    /// Where the next detach will be remembered.
    #[inline]
    #[must_use]
    pub const fn next_detached(&self) -> &Option<Detached> {
        self.detached.next()
    }

    /// Where the next removal will be remembered.
    #[inline]
    #[must_use]
    pub const fn next_removed(&self) -> &Option<Removed> {
        self.removed.next()
    }

    /// The last detach of an attachment that began at `address`.
    #[must_use]
    pub fn detached_from(&self, address: Addr) -> Option<Detached> {
        self.detached.newest(|detached| detached.attachment.address == address).copied()
    }

    /// The last detach of an attachment in whose pages `address` lay.
    #[must_use]
    pub fn detached_around(&self, address: Addr, page: usize) -> Option<Detached> {
        let newest = self.detached.newest(|detached| detached.attachment.covers(address, page)).copied();
        newest.or_else(|| Some(self.quarantine.around(address)?.detached))
    }

    /// Whether the thread whose shmat `failed` has not attached anything since.
    #[must_use]
    pub fn is_last_attach_of(&self, failed: &Failed) -> bool {
        let since = |attachment: &Attachment| {
            attachment.thread == failed.thread && attachment.number >= self.attached_at_failure
        };
        !self.attachments.iter().any(since) && self.detached.newest(|detached| since(&detached.attachment)).is_none()
    }

    /// The attach of `id` that was refused, where it was the first and none has succeeded since.
    #[must_use]
    pub fn refusal_of(&self, segment: &Segment) -> Option<Refused> {
        let known = (segment.used == Use::Refused).then(|| self.refused.newest(|refused| refused.id == segment.id));
        known.flatten().copied()
    }

    /// Whether [`Tracker::note_dirty`] was said of `id`.
    #[must_use]
    pub fn was_dirty(&self, id: ShmId) -> bool {
        self.dirty.newest(|dirty| *dirty == id).is_some()
    }

    /// This process's own removal of `id`.
    #[must_use]
    pub fn removal_of(&self, id: ShmId) -> Option<Removed> {
        self.removed.newest(|removed| removed.id == id).copied()
    }

    /// This process's own removal of the segment that had this key last.
    #[must_use]
    pub fn removal_of_key(&self, key: Key) -> Option<Removed> {
        self.removed.newest(|removed| removed.key == key && key != Key::PRIVATE).copied()
    }

    /// Where each of the segments was made that this process has made and not removed.
    pub fn created_sites(&self) -> impl Iterator<Item = Site> {
        self.segments.iter().filter(|segment| segment.is_ours_to_remove()).map(|segment| segment.site)
    }

    /// What is known of `id`, where this process got it.
    #[must_use]
    pub fn segment(&self, id: ShmId) -> Option<Segment> {
        self.segments.get(Segment::key(id)).copied()
    }

    /// The newest attachment of `id`.
    #[must_use]
    pub fn attachment_of_segment(&self, id: ShmId) -> Option<Attachment> {
        let all = self.attachments.iter().filter(|attachment| attachment.id == id);
        all.max_by_key(|attachment| attachment.number).copied()
    }

    /// The newest attachment of `id` at another address than this.
    #[must_use]
    pub fn twin_of(&self, id: ShmId, address: Addr) -> Option<Attachment> {
        let others = self.attachments.iter().filter(|other| other.id == id && other.address != address);
        others.max_by_key(|attachment| attachment.number).copied()
    }

    /// How many attachments of `id` are known here.
    #[must_use]
    pub fn attachments_of(&self, id: ShmId) -> u64 {
        self.attachments.iter().filter(|attachment| attachment.id == id).count() as u64
    }

    #[must_use]
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &Segment> {
        self.segments.iter()
    }

    #[must_use]
    pub fn attachments(&self) -> impl ExactSizeIterator<Item = &Attachment> {
        self.attachments.iter()
    }

    /// The last shmget that failed.
    #[must_use]
    pub const fn failed_get(&self) -> Option<Failed> {
        self.failed_get
    }

    /// The last shmat that failed.
    #[must_use]
    pub const fn failed_attach(&self) -> Option<Failed> {
        self.failed_attach
    }

    /// The last ftok that failed.
    #[must_use]
    pub const fn failed_ftok(&self) -> Option<Failed> {
        self.failed_ftok
    }

    /// Where ftok returned 0, which is IPC_PRIVATE and no key, for the last time.
    #[must_use]
    pub const fn zero_ftok(&self) -> Option<Site> {
        self.zero_ftok
    }

    /// What ftok has made keys of.
    #[must_use]
    pub const fn named(&self) -> &NamedKeys {
        &self.named
    }

    /// How much of everything there was in this process.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let attached = self.attachments.iter().filter(|attachment| !attachment.inherited).count() as u64;
        Tally { created: self.created, found: self.found, removed: self.removals, attached }
    }
}
