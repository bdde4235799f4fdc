//! What can be wrong when the program ends, or when it asks.

use crate::call::{Call, Key, ShmId, Written};
use crate::facts::{Facts, SegmentFacts};
use crate::finding::Finding;
use crate::rule::{self, Severity};
use crate::tracker::Segment;
use std::fmt::Write;

/// How many ids of further leaks are listed.
const SHOWN: usize = 8;

/// At what moment the question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The process is about to end: its own attachments go with it.
    Exit,
    /// The program goes on: what it has attached is in use.
    Running,
}

/// `leaked-segment`: created here, still there, and nobody is attached.
#[must_use]
pub fn leaked(segment: &Segment, moment: Moment, facts: &dyn Facts) -> Option<Finding> {
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
    Some(finding(segment, now))
}

/// Whether the kernel's segment is the one this process created: after unshare(CLONE_NEWIPC) the id may name another.
fn is_still(segment: &Segment, now: &SegmentFacts, pid: i32) -> bool {
    now.creator == pid && now.key == segment.key && now.size == segment.size
}

fn finding(segment: &Segment, now: SegmentFacts) -> Finding {
    let Segment { id, key, size, .. } = *segment;
    let stays =
        "a segment outlives every process that used it: it stays until somebody removes it or the machine restarts";
    let (severity, headline, why) = if key == Key::PRIVATE {
        (
            Severity::Error,
            format!("{size} bytes of IPC_PRIVATE memory left behind"),
            format!("{stays}; without a key no other program can find this one"),
        )
    } else {
        (
            Severity::Warning,
            format!("{size} bytes left behind under key {key}"),
            format!("{stays}; if another process is to use this one, it is no leak"),
        )
    };
    Finding {
        rule: &rule::LEAKED_SEGMENT,
        severity,
        headline,
        call: Written {
            call: &Call::Get { key, size: segment.asked, flags: segment.flags },
            outcome: Ok(usize::try_from(id.0).unwrap_or_default()),
            path: None,
        }
        .to_string(),
        site: segment.site,
        earlier: None,
        segment: Some(now),
        why,
        fix: format!(
            "call shmctl(shmid, IPC_RMID, NULL) when its last user is done, also on the ways out after an error; \
             to remove this one now: ipcrm -m {id}"
        ),
    }
}

/// The leaks of one site as one finding: the first, with how many more there are and their ids.
#[must_use]
pub fn grouped(leaks: Vec<Finding>) -> Vec<Finding> {
    let mut groups: Vec<(Finding, Vec<ShmId>)> = Vec::new();
    for leak in leaks {
        let same = |(first, _): &&mut (Finding, Vec<ShmId>)| first.site == leak.site && first.severity == leak.severity;
        match groups.iter_mut().find(same) {
            Some((_, more)) => more.extend(leak.segment.map(|segment| segment.id)),
            None => groups.push((leak, Vec::new())),
        }
    }
    groups.into_iter().map(|(first, more)| with_more(first, &more)).collect()
}

fn with_more(mut first: Finding, more: &[ShmId]) -> Finding {
    if !more.is_empty() {
        let shown: Vec<_> = more.iter().take(SHOWN).map(ShmId::to_string).collect();
        let rest = if more.len() > SHOWN { ", …" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(first.headline, ", and {} more segments from the same line", more.len());
        let _ = write!(first.fix, "; the others: {}{rest}", shown.join(" "));
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::SHM_DEST;
    use crate::site::Site;
    use crate::tracker::Origin;

    const PID: i32 = 77;

    struct Kernel {
        segment: Option<SegmentFacts>,
        forced: bool,
    }

    impl Facts for Kernel {
        fn segment(&self, id: ShmId) -> Option<SegmentFacts> {
            self.segment.clone().filter(|segment| segment.id == id)
        }
        fn destroyed_with_last_user(&self) -> bool {
            self.forced
        }
        fn pid(&self) -> i32 {
            PID
        }
    }

    fn created(key: i32) -> Segment {
        Segment {
            id: ShmId(5),
            key: Key(key),
            size: 27,
            asked: 27,
            flags: 0o1666,
            site: Site::Unknown,
            origin: Origin::Created,
            inherited: false,
            ignored: false,
        }
    }

    fn now(key: i32) -> SegmentFacts {
        SegmentFacts {
            id: ShmId(5),
            key: Key(key),
            size: 27,
            mode: 0o666,
            uid: 0,
            owner: None,
            creator: PID,
            attachments: 0,
            own_attachments: 0,
        }
    }

    fn ask(segment: &Segment, now: Option<SegmentFacts>, moment: Moment) -> Option<Severity> {
        leaked(segment, moment, &Kernel { segment: now, forced: false }).map(|finding| finding.severity)
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
        let kernel = Kernel { segment: Some(now(9)), forced: true };
        assert_eq!(leaked(&created(9), Moment::Exit, &kernel), None);
        assert!(leaked(&created(9), Moment::Running, &kernel).is_some());
    }

    #[test]
    fn the_report_names_the_bytes_the_key_and_the_way_to_remove_it() {
        let kernel = Kernel { segment: Some(now(0x162e)), forced: false };
        let finding = leaked(&created(0x162e), Moment::Exit, &kernel).unwrap();
        assert_eq!(finding.headline, "27 bytes left behind under key 0x0000162e");
        assert_eq!(finding.call, "shmget(0x162e, 27, IPC_CREAT|0666) = 5");
        assert!(finding.fix.ends_with("ipcrm -m 5"));
    }

    #[test]
    fn leaks_of_one_line_are_one_report() {
        let leak = |id: i32, line: usize| {
            let kernel = Kernel { segment: Some(SegmentFacts { id: ShmId(id), ..now(0) }), forced: false };
            let segment = Segment { id: ShmId(id), site: Site::Return(line), ..created(0) };
            leaked(&segment, Moment::Exit, &kernel).unwrap()
        };
        let reports = grouped((0..12).map(|id| leak(id, 100)).chain([leak(90, 200)]).collect());
        assert_eq!(reports.len(), 2);
        assert!(reports[0].headline.ends_with("left behind, and 11 more segments from the same line"));
        assert!(reports[0].fix.ends_with("ipcrm -m 0; the others: 1 2 3 4 5 6 7 8, …"), "{}", reports[0].fix);
        assert!(reports[1].fix.ends_with("ipcrm -m 90"));
    }
}
