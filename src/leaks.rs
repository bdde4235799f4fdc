//! The question for what was left behind, asked of every segment this process created.

use crate::announce;
use crate::facts::Kernel;
use crate::kernel;
use crate::state::{SEEN, TRACKER};
use shmsan_core::check::exit::{self, Leaks, Moment};
use shmsan_core::tracker::Segment;

/// So many segments are copied at once, on the stack: there may be no memory left.
const AT_ONCE: usize = 32;

/// Reports each leaked segment, those of one site together; returns how many there are.
pub fn report(moment: Moment) -> usize {
    let facts = Kernel::default();
    let mut leaks = Leaks::default();
    visit(|segment| {
        let refused = TRACKER.with(|tracker| tracker.refusal_of(segment)).flatten();
        if let Some(leak) = exit::leak(segment, refused, moment, &facts) {
            leaks.add(&leak);
        }
    });
    leaks.findings().for_each(|finding| announce::report_now(&finding));
    leaks.count()
}

/// Lets the tracker forget the segments that are gone; returns how many.
pub fn forget_the_gone() -> usize {
    let mut gone = 0;
    visit(|segment| {
        if kernel::status_of_segment(segment.id).is_none() {
            TRACKER.with(|tracker| tracker.forget(segment.id));
            SEEN.forget(segment.id);
            gone += 1;
        }
    });
    gone
}

/// Shows each tracked segment to `look`, outside the tracker's lock. Where one is forgotten on the way, another may take its
/// place and not be seen.
fn visit(mut look: impl FnMut(&Segment)) {
    for begin in (0..).step_by(AT_ONCE) {
        let mut copies = [None; AT_ONCE];
        TRACKER.with(|tracker| {
            let some = tracker.segments().skip(begin);
            copies.iter_mut().zip(some).for_each(|(copy, segment)| *copy = Some(*segment));
        });
        if copies[0].is_none() {
            return;
        }
        copies.iter().flatten().for_each(&mut look);
    }
}

/// A copy of the tracker's segments, made without allocating under its lock; `None` where there is no room for it.
pub fn segments() -> Option<Vec<Segment>> {
    let count = TRACKER.with(|tracker| tracker.segments().len())?;
    let mut segments = Vec::new();
    segments.try_reserve_exact(count).ok()?;
    TRACKER.with(|tracker| segments.extend(tracker.segments().take(count)))?;
    Some(segments)
}
