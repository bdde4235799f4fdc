//! Attachments in the gap and beside it: who chose the place, and what is kept free around it.

use super::*;
use crate::guard::{Gap, Taken};

const BEGIN: usize = 0x7300_0000_0000;
const ELSEWHERE: usize = 0x7f00_0000_0000;

/// With segment 3 of 100 bytes, and the place where it would be attached.
fn tracker() -> (Tracker, Addr) {
    let mut tracker = Tracker::new();
    record(&mut tracker, &get(0, 0o600), 3, None);
    assert!(tracker.gap().is_none());
    assert!(tracker.choose_gap(Box::new(Gap::new(BEGIN).unwrap())).is_none());
    assert!(tracker.gap().is_some());
    let Some(Taken::Anchor(anchor)) = tracker.place(ShmId(3), None, None) else { panic!("no block") };
    let place = next(&mut tracker, Some(anchor));
    (tracker, place)
}

/// The next place, in blocks whose anchors are mapped where they are wanted.
fn next(tracker: &mut Tracker, mut opened: Option<Addr>) -> Addr {
    loop {
        match tracker.place(ShmId(3), None, opened) {
            Some(Taken::At(place)) => return place,
            Some(Taken::Anchor(anchor)) => opened = Some(anchor),
            taken => panic!("no place: {taken:?}"),
        }
    }
}

fn chosen(tracker: &mut Tracker, named: usize, at: usize) -> Chosen {
    let call = Call::Attach { id: ShmId(3), address: Addr(named), flags: 0 };
    record(tracker, &call, at, None);
    tracker.attachment_of(Addr(at), PAGE).unwrap().chosen
}

#[test]
fn who_chose_the_place_is_known() {
    let (mut tracker, place) = tracker();
    assert_eq!(chosen(&mut tracker, 0, place.0), Chosen::ByUs);
    assert_eq!(chosen(&mut tracker, 0, ELSEWHERE), Chosen::ByKernel);
    assert_eq!(chosen(&mut tracker, ELSEWHERE + PAGE, ELSEWHERE + PAGE), Chosen::ByProgram);
    let free = place.0 + (1 << 20);
    assert_eq!(chosen(&mut tracker, free, free), Chosen::ByProgram, "in the gap too");
    assert_eq!([place, Addr(ELSEWHERE)].map(|at| tracker.is_in_gap(at)), [true, false]);
    let (from, to) = tracker.reach(place).unwrap();
    assert!(from < place && place.0 + PAGE < to.0, "{from} {to}");
    assert_eq!(tracker.reach(Addr(ELSEWHERE)), None);
}

#[test]
fn where_the_program_has_chosen_a_place_in_the_gap_nothing_else_goes() {
    let (mut untouched, first) = tracker();
    let second = next(&mut untouched, None);
    let (mut tracker, place) = tracker();
    assert_eq!(place, first);
    assert_eq!(chosen(&mut tracker, second.0, second.0), Chosen::ByProgram);
    assert_ne!(next(&mut tracker, None), second);
}

/// Where so many attachments go that are detached at once; each begins so many bytes behind its place.
fn places(tracker: &mut Tracker, count: usize, behind: usize) -> std::collections::HashSet<Addr> {
    let one = |_| {
        let place = next(tracker, None);
        assert_eq!(chosen(tracker, 0, place.0 + behind), Chosen::ByUs);
        release(tracker, place.0 + behind);
        place
    };
    (0..count).map(one).collect()
}

#[test]
fn places_come_again_after_a_rest() {
    // With end_aligned=1 an attachment begins within its first page.
    for behind in [0, PAGE - 100] {
        let (mut tracker, _) = tracker();
        let used = places(&mut tracker, 500, behind).len();
        assert!((2..200).contains(&used), "{used}");
    }
}

#[test]
fn what_was_not_detached_after_all_keeps_its_place() {
    for behind in [0, PAGE - 100] {
        let (mut tracker, place) = tracker();
        assert_eq!(chosen(&mut tracker, 0, place.0 + behind), Chosen::ByUs);
        let released = tracker.release(Addr(place.0 + behind), PLACE).unwrap();
        tracker.restore(released);
        assert!(!places(&mut tracker, 500, 0).contains(&place));
    }
}
