use super::*;
use crate::call::Outcome;
use crate::errno::Errno;
use crate::event::Stamp;
use crate::flags::{IPC_CREAT, IPC_EXCL};

const ID: ShmId = ShmId(5);
const NAME: Name = Name { namespace: 1, id: ID };

fn event(pid: i32, time: i64, call: Call, outcome: Outcome) -> Event {
    let stamp = Stamp { time: Time(time), pid, tid: pid };
    Event { stamp, duration_ns: 0, call, outcome, site: Site::of_source(u32::try_from(time).unwrap()), detail: None }
}

fn get() -> (Call, Outcome) {
    (Call::Get { key: Key(9), size: 100, flags: IPC_CREAT | IPC_EXCL | 0o600 }, Ok(5))
}

fn attach(address: usize) -> (Call, Outcome) {
    (Call::Attach { id: ID, address: Addr(0), flags: 0 }, Ok(address))
}

fn detach(address: usize) -> (Call, Outcome) {
    (Call::Detach { address: Addr(address) }, Ok(0))
}

fn remove() -> (Call, Outcome) {
    (Call::Control { id: ID, command: IPC_RMID, buffer: Addr(0) }, Ok(0))
}

/// A member and its call.
type Step = (usize, (Call, Outcome));

/// Each step: the member, whose pid is 100 more, and its call; at the times 0, 1, 2 …
fn tree(steps: &[Step]) -> Tree {
    let mut tree = Tree::default();
    for (time, (member, (call, outcome))) in (0..).zip(steps) {
        let pid = 100 + i32::try_from(*member).unwrap();
        tree.record(Member(*member), NAME.namespace, &event(pid, time, *call, *outcome));
    }
    tree
}

#[test]
fn who_made_a_segment_is_known_by_the_pid_and_the_key() {
    let tree = tree(&[(0, get()), (1, get()), (0, get())]);
    let known = tree.segment(NAME).unwrap();
    assert_eq!(known.got.len(), 2);
    assert_eq!(known.creation_by(101, Key(9)).unwrap().time, Time(1));
    assert_eq!(known.creation_by(102, Key(9)), None);
    assert_eq!(known.creation_by(101, Key(8)), None);
    assert!(tree.segment(Name { namespace: 2, ..NAME }).is_none());
}

#[test]
fn of_a_segment_that_thousands_open_the_first_are_remembered() {
    let steps: Vec<_> = (0..300).map(|member| (member, get())).collect();
    let tree = tree(&steps);
    let known = tree.segment(NAME).unwrap();
    assert_eq!((known.got.len(), known.got[MOST_GETS - 1].member), (MOST_GETS, Member(MOST_GETS - 1)));
}

#[test]
fn what_was_removed_and_nobody_holds_is_forgotten() {
    assert!(tree(&[(0, get()), (1, remove())]).segment(NAME).is_none());
    let mut held = tree(&[(0, get()), (1, attach(4096)), (0, remove())]);
    assert_eq!(held.segment(NAME).unwrap().removed.unwrap().member, Member(0));
    held.record(Member(1), 1, &event(101, 9, detach(4096).0, Ok(0)));
    assert!(held.segment(NAME).is_none());
}

#[test]
fn an_id_that_is_given_again_is_another_segments() {
    let tree = tree(&[(0, get()), (1, attach(4096)), (0, remove()), (2, get())]);
    let known = tree.segment(NAME).unwrap();
    assert_eq!((known.got.len(), known.removed), (1, None));
}

#[test]
fn attachments_are_each_members_own() {
    let mut tree =
        tree(&[(0, attach(4096)), (1, attach(4096)), (0, attach(8192)), (0, detach(4096)), (1, detach(8192))]);
    let times = |member| tree.attachments_of(Member(member)).map(|(_, done)| done.time).collect::<Vec<_>>();
    assert_eq!([0, 1].map(times), [vec![Time(2)], vec![Time(1)]]);
    assert!(tree.is_held_by_another(NAME, Member(0)) && tree.is_held_by_another(NAME, Member(1)));
    let left = tree.leave(Member(0));
    assert_eq!(left.iter().map(|(name, done)| (*name, done.time)).collect::<Vec<_>>(), [(NAME, Time(2))]);
    assert!(!tree.is_held_by_another(NAME, Member(1)));
}

#[test]
fn a_child_has_what_its_parent_had_at_the_fork() {
    let mut tree = tree(&[(0, attach(4096)), (0, attach(8192)), (0, detach(8192))]);
    tree.inherit(Member(0), Member(1));
    tree.inherit(Member(1), Member(2));
    // From here on each has its own.
    tree.record(Member(0), 1, &event(100, 7, attach(12288).0, Ok(12288)));
    tree.record(Member(0), 1, &event(100, 8, detach(4096).0, Ok(0)));
    tree.record(Member(1), 1, &event(101, 9, detach(4096).0, Ok(0)));
    let times = |member| tree.attachments_of(Member(member)).map(|(_, done)| done.time).collect::<Vec<_>>();
    assert_eq!([0, 1, 2].map(times), [vec![Time(7)], vec![], vec![Time(0)]]);
    assert_eq!(tree.heirs().collect::<Vec<_>>(), [Member(2)]);
    assert!(tree.is_held_by_another(NAME, Member(0)));
    tree.record(Member(0), 1, &event(100, 10, remove().0, Ok(0)));
    assert_eq!(tree.leave(Member(2)).len(), 1);
}

#[test]
fn the_first_attach_that_failed_is_kept_until_one_succeeds() {
    let failed = |errno| (Call::Attach { id: ID, address: Addr(7), flags: 0 }, Err(Errno(errno)));
    let mut tree = tree(&[(0, failed(22)), (0, get()), (0, failed(13)), (0, failed(22))]);
    assert_eq!(tree.segment(NAME).unwrap().refused.unwrap().1.errno, Errno(13));
    tree.record(Member(0), 1, &event(100, 9, attach(4096).0, Ok(4096)));
    assert_eq!(tree.segment(NAME).unwrap().refused, None);
}
