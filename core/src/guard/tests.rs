//! The gap as a table of what is asked of it.

use super::*;
use crate::effort::rounds;
use std::collections::HashSet;

const BEGIN: usize = 0x7200_0000_0000;
const PAGE: usize = 4096;

/// Takes a place as the shim does, with every anchor there.
fn take(gap: &mut Gap, size: usize) -> Option<Addr> {
    loop {
        match gap.take(size) {
            Taken::At(place) => return Some(place),
            Taken::Anchor(anchor) => gap.open(anchor),
            Taken::Nowhere => return None,
        }
    }
}

#[test]
fn places_are_apart_by_as_much_as_they_hold_and_no_anchor_is_in_them() {
    let mut gap = Gap::new(BEGIN).unwrap();
    let sizes =
        [1, PAGE, 32 << 10, (32 << 10) + 1, 512 << 10, (512 << 10) + 1, 1 << 20, 2 << 20, 6 << 20, 1 << 30, 30 << 30];
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for size in sizes.into_iter().cycle().take(rounds(600, 22)) {
        let place = take(&mut gap, size).unwrap().0;
        assert!(place.is_multiple_of(PAGE) && gap.contains(Addr(place)));
        assert!(size <= 1 << 20 || place.is_multiple_of(2 << 20), "{size}");
        let block = Addr(place - place % (2 << 20));
        assert!(size > 1 << 20 || gap.anchors(block, Addr(place)).eq([block]), "{size}: its page tables would go");
        taken.push((place, place + size.next_multiple_of(PAGE)));
    }
    taken.sort_unstable();
    for pair in taken.windows(2) {
        let ((begin, end), (next, _)) = (pair[0], pair[1]);
        assert!(next - end >= (end - begin).clamp(32 << 10, 2 << 20), "{begin:#x} and {next:#x}");
    }
    for (begin, end) in taken {
        assert_eq!(gap.anchors(Addr(begin - 4 * PAGE), Addr(end)).count(), 0);
        let (from, to) = gap.reach(Addr(begin)).unwrap();
        assert!(from.0 + (32 << 10) <= begin && end + (32 << 10) <= to.0);
    }
}

#[test]
fn a_place_rests_while_others_are_used() {
    let mut gap = Gap::new(BEGIN).unwrap();
    let first = take(&mut gap, PAGE).unwrap();
    gap.rest(first);
    let others: Vec<_> = (0..40).map(|_| take(&mut gap, PAGE).unwrap()).collect();
    assert!(!others.contains(&first));
    // In a loop the places of a few blocks go round.
    let mut seen = HashSet::new();
    let mut last = first;
    for _ in 0..rounds(10_000, 90) {
        let place = take(&mut gap, PAGE).unwrap();
        assert_ne!(place, last);
        seen.insert(place.0);
        gap.rest(place);
        last = place;
    }
    assert!(seen.len() > 60 && seen.len() < 140, "{}", seen.len());
}

#[test]
fn thousands_that_come_and_go_again_take_no_more_room() {
    let mut gap = Gap::new(BEGIN).unwrap();
    let count = rounds(4000, 20);
    let mut blocks = (0..5).map(|_| {
        let places: Vec<_> = (0..count).map(|_| take(&mut gap, 3 * PAGE).unwrap()).collect();
        assert_eq!(places.iter().collect::<HashSet<_>>().len(), count);
        for place in &places {
            gap.rest(*place);
        }
        gap.anchors(Addr(0), Addr(usize::MAX)).count()
    });
    let first = blocks.next().unwrap();
    assert!(blocks.all(|blocks| blocks <= first + 2));
}

#[test]
fn what_did_not_happen_leaves_no_trace() {
    let mut gap = Gap::new(BEGIN).unwrap();
    let place = take(&mut gap, PAGE).unwrap();
    gap.put_back(place);
    assert_eq!(take(&mut gap, PAGE), Some(place), "nothing was attached");
    gap.rest(place);
    gap.take_back(place);
    // However many are used now, it is not among them.
    for _ in 0..rounds(500, 100) {
        let other = take(&mut gap, PAGE).unwrap();
        assert_ne!(other, place);
        gap.rest(other);
    }
    gap.rest(place);
    assert!((0..500).any(|_| {
        let other = take(&mut gap, PAGE).unwrap();
        gap.rest(other);
        other == place
    }));
}

#[test]
fn addresses_that_are_no_places_change_nothing() {
    let mut gap = Gap::new(BEGIN).unwrap();
    let place = take(&mut gap, PAGE).unwrap();
    for address in [0, 1, BEGIN - 1, BEGIN, place.0 + 1, place.0 + PAGE, BEGIN + Gap::SPAN, usize::MAX] {
        gap.rest(Addr(address));
        gap.put_back(Addr(address));
        gap.take_back(Addr(address));
        assert_eq!(gap.reach(Addr(address)), None);
    }
    assert_ne!(take(&mut gap, PAGE), Some(place));
}

#[test]
fn where_the_program_attaches_by_itself_nothing_else_is_placed() {
    let mut gap = Gap::new(BEGIN).unwrap();
    let places: Vec<_> = (0..5).map(|_| take(&mut gap, PAGE).unwrap()).collect();
    gap.rest(places[1]);
    gap.put_back(places[3]);
    gap.occupy(Addr(places[1].0 + PAGE), Addr(places[3].0 + 1));
    for _ in 0..500 {
        let place = take(&mut gap, PAGE).unwrap();
        assert!(!places[1..=3].contains(&place));
        gap.rest(place);
    }
}

#[test]
fn a_block_without_an_anchor_is_left_alone() {
    let mut gap = Gap::new(BEGIN).unwrap();
    let Taken::Anchor(refused) = gap.take(PAGE) else { panic!("no first block") };
    let Taken::Anchor(other) = gap.take(PAGE) else { panic!("no second block") };
    assert_ne!(refused, other);
    gap.open(other);
    let Taken::At(place) = gap.take(PAGE) else { panic!("the second block is open") };
    assert!(place > other);
    assert_eq!(gap.anchors(Addr(0), Addr(usize::MAX)).collect::<Vec<_>>(), [other], "the other is not ours");
    let slot = 64 << 10;
    assert_eq!(gap.slots(other, Addr(place.0 + PAGE)), Some((other, Addr(other.0 + slot))));
    assert_eq!(
        gap.slots(Addr(place.0 + slot), Addr(place.0 + 2 * slot)),
        Some((Addr(other.0 + slot), Addr(other.0 + 3 * slot)))
    );
    assert_eq!(gap.slots(refused, Addr(place.0 + PAGE)), None);
    assert_eq!(gap.slots(place, Addr(place.0 + (2 << 20))), None);
    assert!(gap.slots(Addr(0), Addr(1)).is_none() && gap.slots(Addr(BEGIN - 1), place).is_none());
}

#[test]
fn what_is_too_large_has_no_place() {
    let mut gap = Gap::new(BEGIN).unwrap();
    assert_eq!(gap.take(usize::MAX), Taken::Nowhere);
    assert_eq!(gap.take(64 << 30), Taken::Nowhere);
    let most = (0..1000).take_while(|_| take(&mut gap, 30 << 30).is_some()).count();
    assert_eq!(most, 64);
}

#[test]
fn of_what_forbids_in_it_the_anchors_are_ours_or_whole_blocks() {
    let in_gap = |gap: Gap| {
        let mut gap = gap;
        let place = take(&mut gap, PAGE).unwrap().0;
        let forbids = |address: usize| gap.forbids(Addr(address), PAGE);
        assert!(forbids(BEGIN) && forbids(BEGIN + PAGE - 1));
        assert!(!forbids(BEGIN - 1) && !forbids(BEGIN + (2 << 20)) && !forbids(0) && !forbids(usize::MAX));
        (forbids(BEGIN + PAGE), forbids(place))
    };
    assert_eq!(in_gap(Gap::new(BEGIN).unwrap()), (false, false));
    assert_eq!(in_gap(Gap::new(BEGIN).unwrap().reserved()), (true, true));
}

#[test]
fn a_block_holds_what_its_anchor_opens() {
    let mut gap = Gap::new(BEGIN).unwrap().reserved();
    for size in [PAGE, 1 << 20, 2 << 20, 1 << 30] {
        let Taken::Anchor(anchor) = gap.take(size) else { panic!("no block of {size} was there") };
        let block = gap.block(anchor).unwrap();
        gap.open(anchor);
        let Taken::At(place) = gap.take(size) else { panic!("no place in a block of {size}") };
        assert!(anchor <= place && place.0 + size <= anchor.0 + block, "{anchor} {block} {place}");
    }
    assert_eq!(gap.block(Addr(BEGIN - 1)), None);
}

#[test]
fn who_is_taken_out_of_the_resting_leaves_the_others_in_their_order() {
    let mut resting = resting::Resting::NONE;
    // It does not begin where its memory does.
    for slot in 0..50 {
        resting.push(slot);
    }
    for slot in 0..50 {
        assert_eq!(resting.pop(), Some(slot));
    }
    for slot in 100..130 {
        resting.push(slot);
    }
    assert!(resting.remove(110) && !resting.remove(110) && resting.remove(100) && resting.remove(129));
    let left: Vec<_> = std::iter::from_fn(|| resting.pop()).collect();
    assert!(left.into_iter().eq((101..129).filter(|slot| *slot != 110)));
}
