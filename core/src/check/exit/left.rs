//! What the program leaves to the kernel at its end, and what it leaves in a state that others have to bear: advice.

use super::leak::is_still;
use crate::call::{Call, Key, Written};
use crate::facts::{Facts, SegmentFacts};
use crate::finding::Finding;
use crate::flags::{AttachFlags, SHM_LOCKED};
use crate::rule;
use crate::text::unbroken;
use crate::tracker::{Attachment, Segment};

/// Those of one place together.
#[derive(Debug, Default)]
pub struct Left {
    attached: Vec<(Attachment, SegmentFacts, usize)>,
    locked: Vec<(Segment, SegmentFacts, usize)>,
}

impl Left {
    /// An attachment that is known here, if it is still there: the kernel will take it away.
    pub fn add_attachment(&mut self, attachment: &Attachment, facts: &dyn Facts) {
        if attachment.inherited {
            return;
        }
        if let Some((_, _, count)) = self.attached.iter_mut().find(|(first, ..)| first.site == attachment.site) {
            *count += 1;
        } else if let Some(now) = facts.segment(attachment.id).filter(|now| now.own_attachments > 0) {
            self.attached.push((*attachment, now, 1));
        }
    }

    /// A segment that is known here, if it stays, and stays locked.
    pub fn add_segment(&mut self, segment: &Segment, facts: &dyn Facts) {
        if !segment.is_ours_to_remove() {
            return;
        }
        let locked = facts
            .segment(segment.id)
            .filter(|now| now.mode & SHM_LOCKED != 0 && is_still(segment, now, facts.pid()) && stays(now, facts));
        let Some(now) = locked else { return };
        match self.locked.iter_mut().find(|(first, ..)| first.site == segment.site) {
            Some((_, _, count)) => *count += 1,
            None => self.locked.push((*segment, now, 1)),
        }
    }

    /// `still-attached` and `locked-leak`, one for each site.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let attached = self.attached.iter().map(|(attachment, now, count)| still_attached(attachment, now, *count));
        attached.chain(self.locked.iter().map(|(segment, now, count)| locked_leak(segment, now, *count)))
    }
}

/// Whether the segment outlives this process, and nobody of its family is left to unlock it.
fn stays(now: &SegmentFacts, facts: &dyn Facts) -> bool {
    let others = now.attachments > now.own_attachments;
    let goes = now.is_marked_for_destruction() || facts.destroyed_with_last_user();
    (others || !goes) && facts.heir().is_none()
}

fn still_attached(attachment: &Attachment, now: &SegmentFacts, count: usize) -> Finding {
    let Attachment { address, id, flags, site, .. } = *attachment;
    Finding {
        rule: &rule::exit::STILL_ATTACHED,
        severity: rule::exit::STILL_ATTACHED.severity,
        headline: match count {
            1 => format!("segment {id} is still attached"),
            _ => format!("{count} attachments of this place are still there"),
        },
        call: format!("shmat({id}, ..., {}) = {address}", AttachFlags(flags)),
        site,
        earlier: None,
        before_that: None,
        key: Some(now.key).filter(|key| *key != Key::PRIVATE),
        segment: Some(now.clone()),
        why: "the kernel detaches what a process leaves attached, so nothing is lost; in a process that goes on, what nobody \
              detaches takes address space and keeps a removed segment alive"
            .to_owned(),
        fix: format!("{} when its last user is done", unbroken(&format!("shmdt({address})"))),
    }
}

fn locked_leak(segment: &Segment, now: &SegmentFacts, count: usize) -> Finding {
    let Segment { id, key, asked, flags, site, size, .. } = *segment;
    Finding {
        rule: &rule::exit::LOCKED_LEAK,
        severity: rule::exit::LOCKED_LEAK.severity,
        headline: match count {
            1 => format!("{size} bytes stay locked in memory"),
            _ => format!("{count} segments of this place stay locked in memory"),
        },
        call: Written {
            call: &Call::Get { key, size: asked, flags },
            outcome: Ok(usize::try_from(id.0).unwrap_or_default()),
            detail: None,
        }
        .to_string(),
        site,
        earlier: None,
        before_that: None,
        key: Some(key).filter(|key| *key != Key::PRIVATE),
        segment: Some(now.clone()),
        why: "SHM_LOCK is the segment's and not the process's: its memory cannot be swapped out until somebody unlocks or \
              removes it, and counts against what its user may lock"
            .to_owned(),
        fix: format!("{}, or remove the segment, before the program ends", unbroken("shmctl(shmid, SHM_UNLOCK, NULL)")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Addr, ShmId};
    use crate::facts::Heir;
    use crate::facts::fake::{World, segment};
    use crate::flags::SHM_DEST;
    use crate::site::Site;
    use crate::tracker::{Chosen, Origin, Use};

    fn attachment(line: usize) -> Attachment {
        Attachment {
            address: Addr(0x7000),
            size: 4096,
            id: ShmId(5),
            flags: 0,
            site: Site::at_return(line),
            thread: 7,
            number: 1,
            chosen: Chosen::ByKernel,
            inherited: false,
        }
    }

    fn created() -> Segment {
        Segment {
            id: ShmId(5),
            key: Key::PRIVATE,
            size: 4096,
            asked: 4096,
            flags: 0o600,
            mode: 0o600,
            site: Site::at_return(1),
            origin: Origin::Created,
            used: Use::Attached,
            inherited: false,
            ignored: false,
            namespace: 0,
        }
    }

    fn world(mode: u32, attachments: u64, own_attachments: u64) -> World {
        let now = SegmentFacts { mode, attachments, own_attachments, ..segment(5) };
        World { segments: vec![now], ..World::default() }
    }

    fn headlines(left: &Left) -> Vec<String> {
        left.findings().map(|finding| format!("{}: {}", finding.rule.id, finding.headline)).collect()
    }

    fn attached(attachments: &[Attachment], world: &World) -> Vec<String> {
        let mut left = Left::default();
        for attachment in attachments {
            left.add_attachment(attachment, world);
        }
        headlines(&left)
    }

    fn locked(segment: &Segment, world: &World) -> Vec<String> {
        let mut left = Left::default();
        left.add_segment(segment, world);
        headlines(&left)
    }

    /// Where each is, and what it is called.
    fn places(left: &Left) -> Vec<(Site, Option<Key>)> {
        left.findings().map(|finding| (finding.site, finding.key)).collect()
    }

    #[test]
    fn each_place_is_one_report_with_its_key() {
        let keyed = |key| {
            let now = SegmentFacts { key: Key(key), mode: 0o600 | SHM_LOCKED, own_attachments: 1, ..segment(5) };
            World { segments: vec![now], ..World::default() }
        };
        for (key, said) in [(9, Some(Key(9))), (0, None)] {
            let (world, mut left) = (keyed(key), Left::default());
            for line in [1, 2, 1] {
                left.add_attachment(&attachment(line), &world);
            }
            assert_eq!(places(&left), [(Site::at_return(1), said), (Site::at_return(2), said)]);
            let mut left = Left::default();
            for line in [1, 2, 1] {
                left.add_segment(&Segment { key: Key(key), site: Site::at_return(line), ..created() }, &world);
            }
            assert_eq!(places(&left), [(Site::at_return(1), said), (Site::at_return(2), said)]);
            assert!(headlines(&left)[0].contains("2 segments of this place"), "{:?}", headlines(&left));
        }
    }

    #[test]
    fn what_is_still_attached_is_told_once_for_each_place() {
        let there = world(0o600, 2, 2);
        assert_eq!(attached(&[attachment(1)], &there), ["still-attached: segment 5 is still attached"]);
        let three = [attachment(1), attachment(2), attachment(1)];
        assert_eq!(
            attached(&three, &there),
            [
                "still-attached: 2 attachments of this place are still there",
                "still-attached: segment 5 is still attached"
            ]
        );
        assert_eq!(attached(&[attachment(1)], &world(0o600, 1, 0)), [""; 0], "unmapped behind our back");
        assert_eq!(attached(&[Attachment { inherited: true, ..attachment(1) }], &there), [""; 0]);
    }

    #[test]
    fn what_stays_locked_is_told_of_what_this_process_made() {
        let said = ["locked-leak: 4096 bytes stay locked in memory"];
        assert_eq!(locked(&created(), &world(0o600 | SHM_LOCKED, 1, 1)), said);
        assert_eq!(locked(&created(), &world(0o600, 1, 1)), [""; 0]);
        assert_eq!(locked(&Segment { inherited: true, ..created() }, &world(0o600 | SHM_LOCKED, 0, 0)), [""; 0]);
        assert_eq!(locked(&Segment { size: 1, ..created() }, &world(0o600 | SHM_LOCKED, 0, 0)), [""; 0], "another one");
        let marked = 0o600 | SHM_LOCKED | SHM_DEST;
        assert_eq!(locked(&created(), &world(marked, 1, 1)), [""; 0], "it goes with this process");
        assert_eq!(locked(&created(), &world(marked, 2, 1)), said);
        let forced = World { forced: true, ..world(0o600 | SHM_LOCKED, 1, 1) };
        assert_eq!(locked(&created(), &forced), [""; 0]);
        let child = World { heir: Some(Heir::Children), ..world(0o600 | SHM_LOCKED, 1, 1) };
        assert_eq!(locked(&created(), &child), [""; 0]);
    }
}
