//! The tracker as a table of calls and what it knows afterwards.

use super::*;
use crate::errno::Errno;

const PAGE: usize = 4096;
const SITE: Site = Site::Return(0x1234);

fn get(key: i32, flags: i32) -> Call {
    Call::Get { key: Key(key), size: 100, flags }
}

fn attach(id: i32) -> Call {
    Call::Attach { id: ShmId(id), address: Addr(0), flags: 0 }
}

fn detach(address: usize) -> Call {
    Call::Detach { address: Addr(address) }
}

/// A detach as the shim does it, which succeeds.
fn release(tracker: &mut Tracker, address: usize) {
    assert!(tracker.release(Addr(address)).is_some());
    record(tracker, &detach(address), 0, None);
}

fn remove(id: i32) -> Call {
    Call::Control { id: ShmId(id), command: IPC_RMID, buffer: Addr(0) }
}

/// Records as the shim does: answers what is asked, makes room where it is needed.
fn record(tracker: &mut Tracker, call: &Call, value: usize, learned: Option<Learned>) {
    let mut answer = Answer::default();
    loop {
        match tracker.record(call, Ok(value), answer) {
            Recorded::Done => return,
            Recorded::Asks(Question::Site) => answer.site = Some(SITE),
            Recorded::Asks(Question::Segment(_)) => answer.learned = Some(learned.expect("nothing to answer with")),
            Recorded::Needs(wanted) => drop(tracker.exchange(Spare::allocate(wanted).unwrap())),
        }
    }
}

const fn learned(id: i32, origin: Origin) -> Learned {
    Learned { id: ShmId(id), key: Key(9), size: 5000, origin }
}

fn origins(tracker: &Tracker) -> Vec<(i32, Origin)> {
    tracker.segments().map(|segment| (segment.id.0, segment.origin)).collect()
}

#[test]
fn private_and_exclusive_segments_are_created_without_asking() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0o600), 3, None);
    record(&mut tracker, &get(7, IPC_CREAT | IPC_EXCL), 4, None);
    assert_eq!(origins(&tracker), [(3, Origin::Created), (4, Origin::Created)]);
    assert_eq!(tracker.segments().next().unwrap().size, 100);
}

#[test]
fn with_a_key_the_kernel_says_who_made_it_and_how_large_it_is() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(9, IPC_CREAT), 3, Some(learned(3, Origin::Created)));
    record(&mut tracker, &get(9, 0), 4, Some(learned(4, Origin::Found)));
    assert_eq!(origins(&tracker), [(3, Origin::Created), (4, Origin::Found)]);
    assert!(tracker.segments().all(|segment| segment.size == 5000 && segment.asked == 100));
}

#[test]
fn a_known_id_is_not_asked_about_again_and_keeps_its_first_site() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(9, IPC_CREAT), 3, Some(learned(3, Origin::Created)));
    assert_eq!(tracker.record(&get(9, 0), Ok(3), Answer::default()), Recorded::Done);
    assert_eq!(tracker.segments().next().unwrap().site, SITE);
}

#[test]
fn a_segment_that_is_surely_new_takes_the_place_of_one_with_its_id() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(9, 0), 0, Some(learned(0, Origin::Found)));
    record(&mut tracker, &get(0, 0), 0, None);
    assert_eq!(origins(&tracker), [(0, Origin::Created)]);
}

#[test]
fn a_forgotten_segment_leaves_its_room_to_others() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0), 3, None);
    tracker.forget(ShmId(3));
    tracker.forget(ShmId(4));
    assert_eq!(tracker.segments().len(), 0);
}

#[test]
fn failed_calls_change_nothing() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0), 3, None);
    record(&mut tracker, &attach(3), 0x10000, None);
    for call in [get(9, 0), attach(3), detach(0x10000), remove(3)] {
        assert_eq!(tracker.record(&call, Err(Errno::EINVAL), Answer::default()), Recorded::Done);
    }
    assert_eq!((tracker.segments().len(), tracker.attachments().len()), (1, 1));
}

#[test]
fn removal_and_detach_take_away_what_they_name() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0), 3, None);
    record(&mut tracker, &attach(3), 0x10000, None);
    record(&mut tracker, &attach(3), 0x20000, None);
    record(&mut tracker, &remove(3), 0, None);
    assert_eq!((tracker.segments().len(), tracker.attachments_of(ShmId(3))), (0, 2));
    release(&mut tracker, 0x10000);
    assert_eq!(tracker.attachments_of(ShmId(3)), 1);
}

#[test]
fn an_address_lies_in_an_attachment_up_to_the_end_of_its_last_page() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &attach(4), 0x10000, Some(learned(4, Origin::Found)));
    let at = |address| tracker.attachment_of(Addr(address), PAGE).map(|attachment| attachment.size);
    assert_eq!(at(0x10000), Some(5000));
    assert_eq!(at(0x10000 + 2 * PAGE - 1), Some(5000));
    assert_eq!(at(0x10000 + 2 * PAGE), None);
    assert_eq!(at(0xffff), None);
}

#[test]
fn a_remapped_address_belongs_to_the_newer_attachment() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &attach(4), 0x10000, Some(learned(4, Origin::Found)));
    record(&mut tracker, &attach(5), 0x10000, Some(learned(5, Origin::Found)));
    assert_eq!(tracker.attachment_of(Addr(0x10000), PAGE).unwrap().id, ShmId(5));
    assert_eq!(tracker.attachments().len(), 1);
}

#[test]
fn a_failed_detach_leaves_what_was_there() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &attach(4), 0x10000, Some(learned(4, Origin::Found)));
    let released = tracker.release(Addr(0x10000)).unwrap();
    assert_eq!(tracker.attachments().len(), 0);
    tracker.restore(released);
    assert_eq!(tracker.attachments().collect::<Vec<_>>(), [&released]);
    assert_eq!(tracker.release(Addr(0x10001)), None);
}

#[test]
fn an_address_that_another_thread_was_given_meanwhile_stays_its_own() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &attach(4), 0x10000, Some(learned(4, Origin::Found)));
    let released = tracker.release(Addr(0x10000)).unwrap();
    record(&mut tracker, &attach(5), 0x10000, Some(learned(5, Origin::Found)));
    record(&mut tracker, &detach(0x10000), 0, None);
    tracker.restore(released);
    assert_eq!(tracker.attachment_of(Addr(0x10000), PAGE).unwrap().id, ShmId(5));
}

#[test]
fn a_child_answers_for_nothing_of_its_parent() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0), 3, None);
    record(&mut tracker, &attach(3), 0x10000, None);
    tracker.become_child();
    record(&mut tracker, &get(0, 0), 4, None);
    let ours: Vec<_> =
        tracker.segments().filter(|segment| segment.is_ours_to_remove()).map(|segment| segment.id.0).collect();
    assert_eq!(ours, [4]);
    assert!(tracker.attachments().all(|attachment| attachment.inherited));
}

#[test]
fn an_ignored_segment_must_be_known() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0), 3, None);
    assert!(tracker.ignore(ShmId(3)));
    assert!(!tracker.ignore(ShmId(4)));
    assert!(!tracker.segments().next().unwrap().is_ours_to_remove());
}

#[test]
fn thousands_of_segments_and_attachments_find_room() {
    let mut tracker = Tracker::new();
    for id in 0..4000_u16 {
        record(&mut tracker, &get(0, 0), id.into(), None);
        record(&mut tracker, &attach(id.into()), 0x10000 + usize::from(id) * PAGE, None);
    }
    assert_eq!((tracker.segments().len(), tracker.attachments().len()), (4000, 4000));
}
