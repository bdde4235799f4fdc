//! Segments that were made here, are still there, and that nobody uses.

use crate::call::{Call, Key, ShmId, Written};
use crate::facts::{Facts, Heir, SegmentFacts};
use crate::finding::{Earlier, Finding};
use crate::rule::{self, Severity};
use crate::text::unbroken;
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
        match (count, first.is_private()) {
            (1, true) => format!("{bytes} bytes of IPC_PRIVATE memory {left}{after}"),
            (1, false) => format!("{bytes} bytes {left} under key {}{after}", first.segment.key.as_in_source()),
            (_, true) => format!("{count} segments of IPC_PRIVATE memory {left}{after}, {bytes} bytes in all"),
            (_, false) => format!("{count} segments with keys {left}{after}, {bytes} bytes in all"),
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
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::errno::Errno;
    use crate::facts::fake::{PID, World, segment};
    use crate::flags::SHM_DEST;
    use crate::site::Site;
    use crate::tracker::{Origin, Use};

    fn created(key: i32) -> Segment {
        Segment {
            id: ShmId(5),
            key: Key(key),
            size: 27,
            asked: 27,
            flags: 0o1666,
            mode: 0o666,
            site: Site::Unknown,
            origin: Origin::Created,
            used: Use::Attached,
            inherited: false,
            ignored: false,
            namespace: 0,
        }
    }

    fn now(key: i32) -> SegmentFacts {
        SegmentFacts { key: Key(key), size: 27, mode: 0o666, ..segment(5) }
    }

    fn world(now: Option<SegmentFacts>) -> World {
        World { segments: now.into_iter().collect(), ..World::default() }
    }

    fn findings(leaks: impl IntoIterator<Item = Leak>) -> Vec<Finding> {
        let mut all = Leaks::default();
        leaks.into_iter().for_each(|leak| all.add(&leak));
        all.findings().collect()
    }

    fn severity(segment: &Segment, moment: Moment, world: &World) -> Option<Severity> {
        findings(leak(segment, None, moment, world)).first().map(|finding| finding.severity)
    }

    fn ask(segment: &Segment, now: Option<SegmentFacts>, moment: Moment) -> Option<Severity> {
        severity(segment, moment, &world(now))
    }

    #[test]
    fn a_private_leak_is_an_error_and_a_keyed_one_a_warning() {
        assert_eq!(ask(&created(0), Some(now(0)), Moment::Exit), Some(Severity::Error));
        assert_eq!(ask(&created(9), Some(now(9)), Moment::Exit), Some(Severity::Warning));
    }

    #[test]
    fn what_is_gone_marked_or_another_segment_is_no_leak() {
        let marked = SegmentFacts { mode: 0o666 | SHM_DEST, ..now(9) };
        let of_another_process = SegmentFacts { creator: PID + 1, ..now(9) };
        let of_another_key = now(8);
        let of_another_size = SegmentFacts { size: 28, ..now(9) };
        for facts in [None, Some(marked), Some(of_another_process), Some(of_another_key), Some(of_another_size)] {
            assert_eq!(ask(&created(9), facts, Moment::Exit), None);
        }
    }

    #[test]
    fn what_was_found_inherited_or_ignored_is_not_ours_to_remove() {
        let cases = [
            Segment { origin: Origin::Found, ..created(9) },
            Segment { inherited: true, ..created(9) },
            Segment { ignored: true, ..created(9) },
        ];
        for segment in cases {
            assert_eq!(ask(&segment, Some(now(9)), Moment::Exit), None);
        }
    }

    #[test]
    fn attachments_of_others_keep_it_alive_and_own_ones_only_while_running() {
        let own = SegmentFacts { attachments: 2, own_attachments: 2, ..now(9) };
        let shared = SegmentFacts { attachments: 3, own_attachments: 2, ..now(9) };
        assert_eq!(ask(&created(9), Some(own.clone()), Moment::Exit), Some(Severity::Warning));
        assert_eq!(ask(&created(9), Some(own), Moment::Running), None);
        assert_eq!(ask(&created(9), Some(shared), Moment::Exit), None);
    }

    #[test]
    fn under_shm_rmid_forced_the_kernel_cleans_up_at_exit() {
        let kernel = World { forced: true, ..world(Some(now(9))) };
        assert_eq!(leak(&created(9), None, Moment::Exit, &kernel), None);
        assert!(leak(&created(9), None, Moment::Running, &kernel).is_some());
    }

    #[test]
    fn a_relative_that_still_runs_may_remove_it() {
        for heir in [Heir::Parent(7), Heir::Children] {
            let kernel = |key| World { heir: Some(heir), ..world(Some(now(key))) };
            assert_eq!(severity(&created(9), Moment::Exit, &kernel(9)), None);
            assert_eq!(severity(&created(0), Moment::Exit, &kernel(0)), Some(Severity::Warning));
            assert_eq!(severity(&created(0), Moment::Running, &kernel(0)), Some(Severity::Error));
        }
    }

    #[test]
    fn the_report_names_the_bytes_the_key_and_the_way_to_remove_it() {
        let kernel = world(Some(now(0x162e)));
        let finding = &findings(leak(&created(0x162e), None, Moment::Exit, &kernel))[0];
        assert_eq!(finding.headline, "27 bytes left behind under key 0x0000162e (5678)");
        assert_eq!(finding.call, "shmget(0x162e, 27, IPC_CREAT|0666) = 5");
        assert!(finding.fix.ends_with(&format!(": {}", unbroken("ipcrm -m 5"))));
    }

    #[test]
    fn a_segment_that_could_not_be_attached_is_another_rule_and_an_error_whatever_its_key() {
        let refused = Refused { id: ShmId(5), address: Addr(0), flags: 0, errno: Errno(13), site: Site::Return(9) };
        let kernel = |heir| World { heir, ..world(Some(now(9))) };
        let finding = &findings(leak(&created(9), Some(refused), Moment::Exit, &kernel(None)))[0];
        assert_eq!((finding.rule, finding.severity), (&rule::exit::CREATED_THEN_ATTACH_FAILED, Severity::Error));
        assert_eq!(finding.headline, "27 bytes left behind under key 0x00000009 (9), after shmat failed");
        let earlier =
            Earlier { what: "shmat(5, NULL, 0) = -1 EACCES (Permission denied)".to_owned(), site: refused.site };
        assert_eq!(finding.earlier, Some(earlier));
        assert!(finding.fix.contains(" where shmat fails"), "{}", finding.fix);
        assert_eq!(leak(&created(9), Some(refused), Moment::Exit, &kernel(Some(Heir::Children))), None);
        let used = findings(leak(&created(9), None, Moment::Exit, &kernel(None)));
        assert_eq!((used[0].rule, used[0].severity), (&rule::exit::LEAKED_SEGMENT, Severity::Warning));
    }

    #[test]
    fn leaks_of_one_site_are_one_report() {
        let of = |id: i32, key: i32, line: usize| {
            let kernel = world(Some(SegmentFacts { id: ShmId(id), ..now(key) }));
            let segment = Segment { id: ShmId(id), site: Site::Return(line), ..created(key) };
            leak(&segment, None, Moment::Exit, &kernel).unwrap()
        };
        let reports = findings((0..40).map(|id| of(id, 0, 100)).chain([of(90, 0, 200), of(91, 9, 200)]));
        let headlines: Vec<_> = reports.iter().map(|report| report.headline.as_str()).collect();
        assert_eq!(
            headlines,
            [
                "40 segments of IPC_PRIVATE memory left behind, 1080 bytes in all",
                "27 bytes of IPC_PRIVATE memory left behind",
                "27 bytes left behind under key 0x00000009 (9)",
            ]
        );
        let fixes: Vec<_> = reports.iter().map(|report| report.fix.replace('\u{a0}', " ")).collect();
        assert!(fixes[0].contains(": ipcrm -m 0 -m 1 -m 2 "), "{}", fixes[0]);
        assert!(fixes[0].ends_with(" -m 31 (and 8 more: ipcs -m)"), "{}", fixes[0]);
        assert!(fixes[1].ends_with(": ipcrm -m 90"), "{}", fixes[1]);
    }
}
