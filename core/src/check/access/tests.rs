//! Every class, every call, and what is no matter of the mode.

use super::*;
use crate::call::{Addr, Key, Outcome};
use crate::check::tests::first;
use crate::facts::SegmentFacts;
use crate::facts::fake::{World, segment};
use crate::finding::Finding;
use crate::flags::{IPC_RMID, SHM_INFO};
use crate::site::Site;

const DENIED: Outcome = Err(Errno::EACCES);

fn made(call: Call, outcome: Outcome) -> Made {
    Made { call, outcome, site: Site::UNKNOWN, detail: None }
}

fn attach(flags: i32) -> Made {
    made(Call::Attach { id: ShmId(5), address: Addr(0), flags }, DENIED)
}

fn get(flags: i32) -> Made {
    made(Call::Get { key: Key(9), size: 0, flags }, DENIED)
}

fn control(id: i32, command: i32) -> Made {
    made(Call::Control { id: ShmId(id), command, buffer: Addr(0) }, DENIED)
}

/// Segment 5 with the key 9, of user and group 40, asked for by a user with these groups.
fn world(mode: u32, euid: u32, groups: &[u32]) -> World {
    let there = SegmentFacts { key: Key(9), uid: 40, owner: None, mode, ..segment(5) };
    let identity = Identity { euid, egid: 7, groups: groups.to_vec(), capabilities: 0 };
    World { segments: vec![there], identity, ..World::default() }
}

fn said(made: &Made, world: &World) -> Finding {
    let finding = first(made, world).unwrap_or_else(|| panic!("nothing is said of {:?}", made.call));
    assert_eq!(finding.rule.id, "permission-denied");
    assert!(finding.headline.len() < 90, "{}", finding.headline);
    finding
}

#[test]
fn one_class_counts_and_it_is_said_which() {
    let cases: [(_, _, &[u32], _, _); 5] = [
        (0o600, 7, &[], "mode 0600 gives others nothing, and read and write", "neither uid 40 nor in the group 40"),
        (0o604, 7, &[], "mode 0604 gives others only read, and read and write", "neither uid 40"),
        (0o646, 7, &[3, 40], "mode 0646 gives its group only read, and", "is in the group 40 and is not uid 40"),
        (0o066, 40, &[40], "mode 066 gives its owner nothing, and", "is its owner or has made it"),
        (0o477, 40, &[], "mode 0477 gives its owner only read, and", "is its owner or has made it"),
    ];
    for (mode, euid, groups, headline, why) in cases {
        let finding = said(&attach(0), &world(mode, euid, groups));
        assert!(finding.headline.starts_with(headline), "{}", finding.headline);
        assert!(finding.why.contains(why), "{}", finding.why);
        assert_eq!((finding.segment.unwrap().mode, finding.severity), (mode, Severity::Error));
    }
}

#[test]
fn whoever_made_it_counts_as_the_owner_still() {
    let why = |euid, groups: &[u32]| said(&attach(0), &World { maker: Some(50), ..world(0, euid, groups) }).why;
    assert!(why(50, &[]).contains("is its owner or has made it"), "{}", why(50, &[]));
    assert!(why(7, &[50]).contains("is in the group 40 or 50 and is not uid 40 or 50"), "{}", why(7, &[50]));
    assert!(why(7, &[]).contains("neither uid 40 or 50 nor in the group 40 or 50"), "{}", why(7, &[]));
}

#[test]
fn each_call_asks_for_what_it_needs() {
    let asked = |made: &Made| {
        let headline = said(made, &world(0, 7, &[])).headline;
        headline.split_once(", and ").unwrap().1.trim_end_matches(" asked for").to_owned()
    };
    assert_eq!(asked(&attach(0)), "read and write are");
    assert_eq!(asked(&attach(SHM_RDONLY)), "read is");
    assert_eq!(asked(&attach(SHM_EXEC)), "read, write and execute are");
    assert_eq!(asked(&get(0o400)), "read is");
    assert_eq!(asked(&get(0o024)), "read and write are");
    assert_eq!(asked(&get(0o1111)), "execute is");
    assert_eq!(asked(&control(5, IPC_STAT)), "read is");
    // An index, and an id that has the same place.
    assert_eq!(asked(&control(5 + (1 << 15), SHM_STAT)), "read is");
    for command in [IPC_STAT, SHM_STAT] {
        assert_eq!(said(&control(5, command), &world(0, 7, &[])).severity, Severity::Warning);
    }
}

#[test]
fn the_remedy_is_the_smallest_that_helps() {
    let fix = |made: &Made, mode, euid, groups: &[u32]| said(made, &world(mode, euid, groups)).fix;
    assert!(fix(&attach(0), 0o644, 7, &[]).starts_with("to read it only, pass SHM_RDONLY; "));
    assert!(fix(&get(0o666), 0o644, 7, &[]).starts_with("to read it only, pass 0444 here"));
    assert_eq!(fix(&get(0o777), 0o666, 7, &[]), "leave the execute bits out: pass 0666");
    assert!(fix(&attach(0), 0o600, 7, &[]).contains("run as uid 40, or let that one make it with mode 0660"));
    assert!(fix(&attach(0), 0o600, 7, &[40]).contains("let its owner make it with mode 0660"));
    assert!(fix(&attach(0), 0, 40, &[]).contains("make it with mode 0600"));
    assert!(fix(&attach(0), 0o660, 7, &[]).contains("that one make it with mode 0660 and share a group"));
    for made in [attach(0), get(0o600)] {
        assert!(!fix(&made, 0, 7, &[]).contains("to read it only"), "nobody may read it either");
    }
    assert!(fix(&control(5, IPC_STAT), 0o200, 40, &[]).contains("SHM_STAT_ANY"));
}

#[test]
fn what_the_mode_allows_was_refused_by_something_else() {
    for made in [attach(0), get(0o660), control(5, IPC_STAT), control(5, IPC_RMID), control(5, SHM_INFO)] {
        let finding = said(&made, &world(0o666, 7, &[]));
        assert!(finding.why.contains("security module"), "{}", finding.why);
    }
    // For a removal no mode is looked at.
    assert!(said(&control(5, IPC_RMID), &world(0, 7, &[])).why.contains("security module"));
    let mut able = world(0, 7, &[]);
    able.identity.capabilities = 1 << 15;
    assert!(said(&attach(0), &able).why.contains("another user namespace"));
    assert!(!said(&attach(0), &world(0, 7, &[])).why.contains("namespace"));
    // Gone by now, or out of sight.
    assert!(said(&get(0o600), &World::default()).segment.is_none());
}

#[test]
fn only_a_refused_right_is_one() {
    let there = world(0, 7, &[]);
    for outcome in [Ok(0), Err(Errno::EINVAL), Err(Errno::EPERM)] {
        let rule = first(&Made { outcome, ..attach(0) }, &there).map(|finding| finding.rule.id);
        assert_ne!(rule, Some("permission-denied"), "{outcome:?}");
    }
    let ftok = made(Call::Ftok { path: Addr(1), project: 1 }, DENIED);
    assert_eq!(first(&ftok, &there).unwrap().rule.id, "ftok-failed");
}

#[test]
fn calls_that_the_system_does_not_have_are_told_why() {
    let calls = [attach(0), get(0o600), control(5, 0), made(Call::Detach { address: Addr(8) }, DENIED)];
    let why = |has_sysv_ipc, is_filtered| {
        let world = World { has_sysv_ipc, is_filtered, ..World::default() };
        let of = |made: &Made| first(&Made { outcome: Err(Errno::ENOSYS), ..*made }, &world).unwrap();
        let findings: Vec<_> = calls.iter().map(of).collect();
        assert!(findings.iter().all(|finding| finding.rule.id == "no-sysv-ipc" && finding.why == findings[0].why));
        findings[0].why.clone()
    };
    assert!(why(Some(false), Some(true)).ends_with("without System V IPC (CONFIG_SYSVIPC)"));
    assert!(why(Some(true), Some(true)).contains("the kernel has System V IPC, and a seccomp filter"));
    for (has, filtered) in [(None, None), (None, Some(true)), (Some(true), Some(false))] {
        assert!(why(has, filtered).contains("cannot be seen from here"));
    }
}

#[test]
fn eperm_of_a_shmget_is_a_filters_unless_huge_pages_were_asked_for() {
    let refused = |made: Made| {
        let made = Made { outcome: Err(Errno::EPERM), ..made };
        first(&made, &World::default()).map(|finding| finding.rule.id)
    };
    assert_eq!(refused(get(0o600)), Some("no-sysv-ipc"));
    assert_eq!(refused(get(SHM_HUGETLB)), None);
    assert_ne!(refused(attach(0)), Some("no-sysv-ipc"));
    assert_ne!(refused(control(5, 0)), Some("no-sysv-ipc"));
}

#[test]
fn a_right_that_is_asked_for_anybody_is_asked_for_however_often_it_is_named() {
    let headline = |flags| said(&get(flags), &world(0o600, 7, &[])).headline;
    for (right, bits) in [(0o400, 4), (0o200, 2), (0o600, 6)] {
        for flags in
            [bits << 6, bits << 3, bits, bits << 6 | bits << 3, bits << 6 | bits, bits << 3 | bits, bits * 0o111]
        {
            assert_eq!(headline(flags), headline(right), "{flags:o}");
        }
    }
    assert_ne!(headline(0o400), headline(0o200));
}

#[test]
fn each_call_says_by_what_it_asks() {
    let world = world(0o000, 7, &[]);
    let why = |made| said(&made, &world).why;
    assert!(why(attach(0)).starts_with("without SHM_RDONLY shmat asks to write, too; "));
    assert!(why(attach(SHM_RDONLY)).starts_with("shmat asks for what its flags say; "));
    assert!(why(get(0o400)).starts_with("of a segment that is there, the mode argument of shmget is "));
    assert!(why(control(5, IPC_STAT)).starts_with("to look at a segment by IPC_STAT or SHM_STAT "));
}
