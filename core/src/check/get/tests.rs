//! What the tables of the families share.

use super::*;
use crate::call::{Outcome, ShmId};
use crate::check::tests::first;
use crate::detail::{Limits, Usage};
use crate::facts::SegmentFacts;
use crate::facts::fake::World;
use crate::finding::Finding;
use crate::site::Site;
use crate::time::Time;
use crate::tracker::{Learned, Place, Recorded, Spare, Surroundings};

pub const HERE: Site = Site::at_return(1);

pub fn get(key: i32, size: usize, flags: i32, outcome: Outcome) -> Made {
    let call = Call::Get { key: Key(key), size, flags };
    Made { call, outcome, site: HERE, detail: None }
}

pub fn finding(made: &Made, world: &World) -> Finding {
    first(made, world).unwrap_or_else(|| panic!("nothing is said of {:?}", made.call))
}

/// All that is said of a call: the first of a failure explains it.
pub fn rules_of(made: &Made, world: &World) -> Vec<&'static str> {
    let most = if made.outcome.is_ok() { usize::MAX } else { 1 };
    let said = crate::check::of(&made.call, made.outcome).filter_map(|check| {
        let words = (check.find)(made, world)?();
        assert!(words.headline.len() < 90, "{}", words.headline);
        Some(check.rule.id)
    });
    said.take(most).collect()
}

/// With a past in which that call succeeded, with what the kernel knows of its segment.
pub fn after(mut world: World, made: &Made, size: usize, origin: Origin) -> World {
    let Call::Get { key, flags, .. } = made.call else { return world };
    let id = ShmId(i32::try_from(made.outcome.unwrap()).unwrap());
    let learned = Learned { id, key, size, mode: flags.cast_unsigned() & 0o777, origin };
    let place = Place { site: made.site, thread: 7 };
    let around = Surroundings { place, learned: Some(learned), time: Time(0) };
    while let Recorded::Needs(wanted) = world.tracker.record(&made.call, made.outcome, &around) {
        drop(world.tracker.exchange(Spare::allocate(wanted).unwrap()));
    }
    world
}

/// At most 1000 bytes a segment, 4 segments and 10 pages.
pub fn limited(segments: Vec<SegmentFacts>, pages: u64) -> World {
    let limits = Limits { largest: 1000, smallest: 1, segments: 4, segments_of_process: 4, pages: 10 };
    let count = i32::try_from(segments.len()).unwrap();
    let usage = Usage { segments: count, pages, resident: 0, swapped: 0, swap_attempts: 0, swap_successes: 0 };
    World { segments, limits: Some(limits), usage: Some(usage), ..World::default() }
}
