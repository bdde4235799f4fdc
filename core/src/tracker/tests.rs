//! The tracker as a table of calls and what it knows afterwards.

mod gap;

use super::*;
use crate::call::{Addr, Call};
use crate::effort::rounds;
use crate::errno::Errno;
use crate::flags::{IPC_RMID, IPC_SET};

const PAGE: usize = 4096;
const SITE: Site = Site::at_return(0x1234);
const PLACE: Place = Place { site: SITE, thread: 7 };
const AROUND: Surroundings = Surroundings { place: PLACE, learned: None, time: Time(0) };

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
    assert!(tracker.release(Addr(address), PLACE).is_some());
    record(tracker, &detach(address), 0, None);
}

fn remove(id: i32) -> Call {
    Call::Control { id: ShmId(id), command: IPC_RMID, buffer: Addr(0) }
}

/// Records as the shim does: answers what is asked, makes room where it is needed.
fn record(tracker: &mut Tracker, call: &Call, value: usize, learned: Option<Learned>) {
    let mut around = AROUND;
    loop {
        match tracker.record(call, Ok(value), &around) {
            Recorded::Done => return,
            Recorded::Asks(_) => around.learned = Some(learned.expect("nothing to answer with")),
            Recorded::Needs(wanted) => drop(tracker.exchange(Spare::allocate(wanted).unwrap())),
        }
    }
}

const fn learned(id: i32, origin: Origin) -> Learned {
    Learned { id: ShmId(id), key: Key(9), size: 5000, mode: 0o640, origin }
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
    assert_eq!(tracker.record(&get(9, 0), Ok(3), &AROUND), Recorded::Done);
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
fn a_forgotten_attachment_is_that_one_and_none_that_took_its_place() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0), 3, None);
    record(&mut tracker, &attach(3), 0x10000, None);
    let older = *tracker.attachments().next().unwrap();
    record(&mut tracker, &attach(3), 0x10000, None);
    let newer = *tracker.attachments().next().unwrap();
    tracker.forget_attachment(&older);
    assert!(tracker.attachments().eq([&newer]) && newer.number > older.number);
    tracker.forget_attachment(&newer);
    assert_eq!(tracker.attachments().len(), 0);
    assert_eq!(tracker.detached_from(Addr(0x10000)), None, "nobody detached it");
}

#[test]
fn failed_calls_change_nothing() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0), 3, None);
    record(&mut tracker, &attach(3), 0x10000, None);
    for call in [get(9, 0), attach(3), detach(0x10000), remove(3)] {
        assert_eq!(tracker.record(&call, Err(Errno::EINVAL), &AROUND), Recorded::Done);
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
    let before: Vec<_> = tracker.attachments().copied().collect();
    let released = tracker.release(Addr(0x10000), PLACE).unwrap();
    assert_eq!(tracker.attachments().len(), 0);
    tracker.restore(released);
    assert_eq!(tracker.attachments().copied().collect::<Vec<_>>(), before);
    assert_eq!(tracker.release(Addr(0x10001), PLACE), None);
}

#[test]
fn an_address_that_another_thread_was_given_meanwhile_stays_its_own() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &attach(4), 0x10000, Some(learned(4, Origin::Found)));
    let released = tracker.release(Addr(0x10000), PLACE).unwrap();
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
fn what_there_was_is_counted_for_each_process() {
    let mut tracker = Tracker::new();
    assert_eq!(tracker.tally(), Tally::default());
    record(&mut tracker, &get(0, 0), 3, None);
    record(&mut tracker, &get(9, 0), 4, Some(learned(4, Origin::Found)));
    record(&mut tracker, &get(9, 0), 4, None);
    record(&mut tracker, &attach(3), 0x10000, None);
    record(&mut tracker, &attach(4), 0x20000, None);
    release(&mut tracker, 0x10000);
    record(&mut tracker, &remove(3), 0, None);
    assert_eq!(tracker.tally(), Tally { created: 1, found: 1, removed: 1, attached: 1 });
    tracker.become_child();
    assert_eq!(tracker.tally(), Tally::default());
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
    let count = rounds(4000_u16, 200);
    for id in 0..count {
        record(&mut tracker, &get(0, 0), id.into(), None);
        record(&mut tracker, &attach(id.into()), 0x10000 + usize::from(id) * PAGE, None);
    }
    assert_eq!((tracker.segments().len(), tracker.attachments().len()), (count.into(), count.into()));
}

#[test]
fn a_detach_and_a_removal_are_remembered_with_their_places() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0o600), 3, None);
    for _ in 0..2 {
        record(&mut tracker, &attach(3), 0x7000, None);
        release(&mut tracker, 0x7000);
    }
    let detached = tracker.detached_from(Addr(0x7000)).unwrap();
    assert_eq!((detached.site, detached.thread, detached.attachment.number), (SITE, 7, 2));
    assert_eq!(tracker.detached_from(Addr(0x8000)), None);
    record(&mut tracker, &remove(3), 0, None);
    record(&mut tracker, &remove(4), 0, None);
    let key_and_flags = |id| tracker.removal_of(ShmId(id)).map(|removed| (removed.key, removed.flags));
    assert_eq!((key_and_flags(3), key_and_flags(4)), (Some((Key(0), 0o600)), Some((Key::PRIVATE, 0))));
    assert_eq!(tracker.removal_of(ShmId(5)), None);
}

#[test]
fn a_detach_that_failed_did_not_happen() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0o600), 3, None);
    record(&mut tracker, &attach(3), 0x7000, None);
    let attachment = tracker.release(Addr(0x7000), PLACE).unwrap();
    tracker.restore(attachment);
    assert_eq!(tracker.detached_from(Addr(0x7000)), None);
}

#[test]
fn a_refused_attach_is_remembered_until_one_succeeds() {
    let mut tracker = Tracker::new();
    let refuse = |tracker: &mut Tracker, errno| {
        assert_eq!(tracker.record(&attach(3), Err(Errno(errno)), &AROUND), Recorded::Done);
        let segment = tracker.segments().next().copied();
        segment.and_then(|segment| tracker.refusal_of(&segment)).map(|refused| refused.errno.0)
    };
    assert_eq!(refuse(&mut tracker, 22), None);
    record(&mut tracker, &get(0, 0), 3, None);
    assert_eq!(refuse(&mut tracker, 13), Some(13));
    assert_eq!(refuse(&mut tracker, 12), Some(13));
    record(&mut tracker, &attach(3), 0x7000, None);
    assert_eq!(refuse(&mut tracker, 13), None);
}

#[test]
fn permissions_are_those_of_the_last_change() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, IPC_CREAT | 0o666), 3, None);
    assert_eq!(tracker.segments().next().unwrap().mode, 0o666);
    let change = Call::Control { id: ShmId(3), command: IPC_SET, buffer: Addr(0) };
    record(&mut tracker, &change, 0, Some(learned(3, Origin::Created)));
    assert_eq!(tracker.segments().next().unwrap().mode, 0o640);
    record(&mut tracker, &Call::Control { id: ShmId(4), command: IPC_SET, buffer: Addr(0) }, 0, None);
}

#[test]
fn the_newest_attachment_is_the_one_that_is_there() {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0o600), 3, None);
    // Twice over the same page: the first was unmapped behind our back.
    record(&mut tracker, &get(1, IPC_CREAT | IPC_EXCL), 4, None);
    for (id, address) in [(3, 0x8000), (4, 0x7000), (3, 0x9000)] {
        let size = if id == 4 { 3 * PAGE } else { 100 };
        let learned = Learned { size, ..learned(id, Origin::Found) };
        tracker.forget(ShmId(id));
        record(&mut tracker, &attach(id), address, Some(learned));
    }
    let id_at = |address| tracker.attachment_of(Addr(address), PAGE).map(|attachment| attachment.id.0);
    assert_eq!([id_at(0x7000), id_at(0x8010), id_at(0x9010), id_at(0xa000)], [Some(4), Some(4), Some(3), None]);
}

#[test]
fn the_usual_removal_is_of_a_segment_that_this_process_answers_for() {
    let mut tracker = Tracker::new();
    assert!(!tracker.record_known_removal(ShmId(3), SITE, Time(9)), "not known");
    record(&mut tracker, &get(0, 0o600), 3, None);
    record(&mut tracker, &get(0, 0o600), 4, None);
    assert!(tracker.record_known_removal(ShmId(3), SITE, Time(9)));
    assert_eq!(tracker.removal_of(ShmId(3)).map(|removed| removed.time), Some(Time(9)));
    assert!(tracker.segment(ShmId(3)).is_none());
    tracker.become_child();
    assert!(!tracker.record_known_removal(ShmId(4), SITE, Time(9)), "the parent made it: a rule may want to know");
    assert!(tracker.segment(ShmId(4)).is_some());
}

#[test]
fn the_usual_attach_is_of_a_segment_that_was_attached_before_or_made_here() {
    let mut tracker = Tracker::new();
    assert!(!tracker.record_known_attach(ShmId(3), Addr(0x7000), 0, PLACE), "not known");
    record(&mut tracker, &get(0, 0o600), 3, None);
    record(&mut tracker, &get(9, 0), 4, Some(learned(4, Origin::Found)));
    record(&mut tracker, &attach(9), 0x6000, Some(learned(9, Origin::Found)));
    assert!(tracker.record_known_attach(ShmId(9), Addr(0xc000), 0, PLACE));
    assert!(tracker.record_known_attach(ShmId(3), Addr(0x7000), 0, PLACE));
    let attachment = tracker.attachment_of(Addr(0x7000), PAGE).unwrap();
    assert_eq!((attachment.id, attachment.size, attachment.chosen), (ShmId(3), 100, Chosen::ByProgram));
    assert!(!tracker.record_known_attach(ShmId(4), Addr(0x8000), 0, PLACE), "a rule may want to know");
    record(&mut tracker, &attach(4), 0x8000, None);
    assert!(tracker.record_known_attach(ShmId(4), Addr(0xa000), 0, PLACE));
}

#[test]
fn of_an_id_that_came_from_elsewhere_the_kernel_is_asked_once() {
    let mut tracker = Tracker::new();
    let asks = |tracker: &mut Tracker| tracker.record(&attach(9), Ok(0x6000), &AROUND) == Recorded::Asks(ShmId(9));
    assert!(asks(&mut tracker) && asks(&mut tracker), "nobody has answered");
    record(&mut tracker, &attach(9), 0x6000, Some(learned(9, Origin::Found)));
    assert!(!asks(&mut tracker));
    assert!(tracker.record_known_attach(ShmId(9), Addr(0x8000), 0, PLACE));
    assert_eq!(tracker.attachment_of(Addr(0x8000), PAGE).map(|attachment| attachment.size), Some(5000));
    assert!(tracker.segment(ShmId(9)).is_none(), "this process has not got it");
    // The place in the gap was asked for first: then it is an attach of which the rules have heard nothing yet.
    tracker.learn_size(ShmId(10), 300);
    assert!(!tracker.record_known_attach(ShmId(10), Addr(0x9000), 0, PLACE));
    record(&mut tracker, &attach(10), 0x9000, None);
    assert_eq!(tracker.attachment_of(Addr(0x9000), PAGE).map(|attachment| attachment.size), Some(300));
    assert!(tracker.record_known_attach(ShmId(10), Addr(0xa000), 0, PLACE));
    // Gone, or removed here: its id may be another one's some day.
    let refused = tracker.record(&attach(10), Err(Errno::EINVAL), &AROUND);
    assert_eq!(refused, Recorded::Done);
    record(&mut tracker, &remove(9), 0, None);
    assert!(asks(&mut tracker) && !tracker.record_known_attach(ShmId(10), Addr(0xb000), 0, PLACE));
}

#[test]
fn what_stood_behind_a_segments_end_is_remembered() {
    let mut tracker = Tracker::new();
    assert!(!tracker.was_dirty(ShmId(3)));
    tracker.note_dirty(ShmId(3));
    assert_eq!([3, 4].map(|id| tracker.was_dirty(ShmId(id))), [true, false]);
}
