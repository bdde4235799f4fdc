//! Which segments are leaks, how grave each is, and what is said of them.

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
        site: Site::UNKNOWN,
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
    assert_eq!((finding.call.as_str(), finding.key), ("shmget(0x162e, 27, IPC_CREAT|0666) = 5", Some(Key(0x162e))));
    assert!(finding.why.ends_with("if another process is to use this one, it is no leak"), "{}", finding.why);
    let private = &findings(leak(&created(0), None, Moment::Exit, &world(Some(now(0)))))[0];
    assert_eq!(private.key, None, "IPC_PRIVATE is no key");
    assert!(finding.fix.ends_with(&format!(": {}", unbroken("ipcrm -m 5"))));
}

#[test]
fn a_segment_that_could_not_be_attached_is_another_rule_and_an_error_whatever_its_key() {
    let refused = Refused { id: ShmId(5), address: Addr(0), flags: 0, errno: Errno(13), site: Site::at_return(9) };
    let kernel = |heir| World { heir, ..world(Some(now(9))) };
    let finding = &findings(leak(&created(9), Some(refused), Moment::Exit, &kernel(None)))[0];
    assert_eq!((finding.rule, finding.severity), (&rule::exit::CREATED_THEN_ATTACH_FAILED, Severity::Error));
    assert_eq!(finding.headline, "27 bytes left behind under key 0x00000009 (9), after shmat failed");
    let earlier = Earlier { what: "shmat(5, NULL, 0) = -1 EACCES (Permission denied)".to_owned(), site: refused.site };
    assert_eq!(finding.earlier, Some(earlier));
    assert!(finding.fix.contains(" where shmat fails"), "{}", finding.fix);
    assert!(finding.why.ends_with("could not use it, and went away without it"), "{}", finding.why);
    assert_eq!(leak(&created(9), Some(refused), Moment::Exit, &kernel(Some(Heir::Children))), None);
    let used = findings(leak(&created(9), None, Moment::Exit, &kernel(None)));
    assert_eq!((used[0].rule, used[0].severity), (&rule::exit::LEAKED_SEGMENT, Severity::Warning));
}

#[test]
fn leaks_of_one_site_are_one_report() {
    let of = |id: i32, key: i32, line: usize| {
        let kernel = world(Some(SegmentFacts { id: ShmId(id), ..now(key) }));
        let segment = Segment { id: ShmId(id), site: Site::at_return(line), ..created(key) };
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
    let two = findings([of(1, 0, 100), of(2, 0, 100)]);
    assert!(two[0].fix.ends_with(": ipcrm -m\u{a0}1 -m\u{a0}2"), "a line may end between them: {}", two[0].fix);
    let mut all = Leaks::default();
    for leak in [of(1, 0, 100), of(2, 0, 100), of(3, 0, 200)] {
        all.add(&leak);
    }
    assert_eq!(all.count(), 3);
}
