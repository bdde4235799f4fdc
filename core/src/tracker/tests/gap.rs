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

fn next(tracker: &mut Tracker, opened: Option<Addr>) -> Addr {
    let Some(Taken::At(place)) = tracker.place(ShmId(3), None, opened) else { panic!("no place") };
    place
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
