//! What a run left, as a table: which segments are one report, and what each is called.

use super::*;
use crate::call::{Addr, ShmId};
use crate::errno::Errno;
use crate::facts::fake::segment;
use crate::finding::Finding;
use crate::site::Site;
use crate::text::HARD_SPACE;
use crate::time::Time;
use crate::tracker::Refused;
use crate::tree::{Done, Member, Name};

fn leak(id: i32, key: i32, site: usize) -> Leak {
    let now = SegmentFacts { key: Key(key), size: 27, ..segment(id) };
    let (member, pid, site, time) = (Member(0), 77, Site::at_return(site), Time(0));
    let got = Got { member, pid, key: Key(key), asked: 27, flags: 0o1600, site, time };
    Leak { left: Left { now, holders: Vec::new() }, got: Some(got), watched: true, refused: None }
}

fn found(leaks: &[Leak]) -> Vec<Finding> {
    leaked(leaks, Fate::Stay, &mut |site| site)
}

fn headlines(leaks: &[Leak]) -> Vec<String> {
    found(leaks).into_iter().map(|finding| finding.headline).collect()
}

#[test]
fn leaks_of_one_place_are_one_report() {
    let all = [leak(1, 0, 100), leak(2, 9, 100), leak(3, 0, 100), leak(4, 0, 200), leak(5, 9, 100)];
    assert_eq!(
        headlines(&all),
        [
            "2 segments of IPC_PRIVATE memory left behind, 54 bytes in all",
            "2 segments with keys left behind, 54 bytes in all",
            "27 bytes of IPC_PRIVATE memory left behind",
        ]
    );
    assert_eq!(headlines(&all[1..2]), ["27 bytes left behind under key 0x00000009 (9)"]);
    assert_eq!(found(&all).iter().map(|finding| finding.key).collect::<Vec<_>>(), [None, Some(Key(9)), None]);
    assert_eq!(headlines(&[]), [""; 0]);
    // The same line in another process is one place.
    assert_eq!(leaked(&[leak(1, 0, 100), leak(2, 0, 200)], Fate::Stay, &mut |_| Site::UNKNOWN).len(), 1);
}

#[test]
fn a_creator_that_could_not_use_it_is_another_report() {
    let refused = Refused { id: ShmId(1), address: Addr(0), flags: 0, errno: Errno::EACCES, site: Site::at_return(9) };
    let all = [leak(1, 0, 100), Leak { refused: Some(refused), ..leak(2, 0, 100) }];
    let rules: Vec<_> = found(&all).iter().map(|finding| (finding.rule.id, finding.earlier.is_some())).collect();
    assert_eq!(rules, [("leaked-segment", false), ("created-then-attach-failed", true)]);
}

#[test]
fn the_command_that_removes_them_can_be_copied_and_has_an_end() {
    let fix = |count: i32| {
        let leaks: Vec<_> = (0..count).map(|id| leak(id, 0, 100)).collect();
        found(&leaks).remove(0).fix.replace(HARD_SPACE, "_")
    };
    assert!(fix(1).ends_with("now: ipcrm_-m_0"), "{}", fix(1));
    assert!(fix(2).ends_with("now: ipcrm -m_0 -m_1"), "{}", fix(2));
    assert!(fix(32).ends_with(" -m_31") && fix(40).ends_with(" -m_31 (and 8 more: ipcs -m)"), "{}", fix(40));
}

#[test]
fn who_died_with_segments_is_told_with_how_many() {
    let call = Call::Attach { id: ShmId(5), address: Addr(0), flags: 0 };
    let attach = Done { member: Member(0), pid: 7, call, outcome: Ok(4096), site: Site::at_return(1), time: Time(0) };
    let held = |id| (Name { namespace: 1, id: ShmId(id) }, attach);
    let death = |pid, signal: &str, attached: &[_]| Death {
        process: Holder { pid, command: None },
        signal: signal.to_owned(),
        attached: attached.to_vec(),
    };
    let told = |deaths: &[Death]| died(deaths, &mut |site| site);
    let headline = |attached: &[_]| told(&[death(7, "SIGKILL", attached)]).pop().map(|finding| finding.headline);
    assert_eq!(headline(&[]), None);
    assert_eq!(headline(&[held(5)]).unwrap(), "pid 7 was ended by SIGKILL with segment 5 attached");
    assert_eq!(headline(&[held(5), held(6)]).unwrap(), "pid 7 was ended by SIGKILL with 2 segments attached");
    let why = |pid| told(&[death(pid, "SIGKILL", &[held(5)])]).remove(0).why;
    assert!(why(7).starts_with("the kernel"), "{}", why(7));
    let inherited = format!("pid{HARD_SPACE}7 attached it and forked this process, which had it too; the kernel");
    assert!(why(8).starts_with(&inherited), "{}", why(8));
    let fix = |signal| told(&[death(7, signal, &[held(5)])]).remove(0).fix;
    assert!(fix("SIGSEGV").starts_with("mend what it died of, or"), "{}", fix("SIGSEGV"));
    assert!(fix("SIGTERM").contains("a handler for SIGTERM"), "{}", fix("SIGTERM"));
    // A server's workers are one report, whoever died of something else another.
    let elsewhere = (held(5).0, Done { site: Site::at_return(2), ..attach });
    let workers = [
        death(7, "SIGTERM", &[held(5)]),
        death(8, "SIGKILL", &[held(5)]),
        death(9, "SIGTERM", &[held(5)]),
        death(10, "SIGTERM", &[elsewhere]),
        death(11, "SIGTERM", &[held(5), held(6)]),
        death(12, "SIGTERM", &[]),
    ];
    let headlines: Vec<_> = told(&workers).into_iter().map(|finding| finding.headline).collect();
    assert_eq!(
        headlines,
        [
            "pid 7 and 2 more like it were ended by SIGTERM with segments attached",
            "pid 8 was ended by SIGKILL with segment 5 attached",
            "pid 10 was ended by SIGTERM with segment 5 attached",
        ]
    );
    let two: Vec<_> = told(&workers[..3]).into_iter().map(|finding| finding.headline).collect();
    assert_eq!(two[0], "pid 7 and another one like it were ended by SIGTERM with segment 5 attached");
}
