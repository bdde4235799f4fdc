//! The question for what was left behind, asked of every segment this process created.

use crate::announce;
use crate::facts::Kernel;
use crate::state::TRACKER;
use shmsan_core::check::exit::{self, Moment};
use shmsan_core::tracker::Segment;

/// Reports each leaked segment, those of one site together; returns how many there are.
pub fn report(moment: Moment) -> usize {
    let leaks: Vec<_> = segments().iter().filter_map(|segment| exit::leak(segment, moment, &Kernel)).collect();
    let count = leaks.len();
    exit::findings(leaks).iter().for_each(announce::report_now);
    count
}

/// A copy of the tracker's segments, made without allocating under its lock.
pub fn segments() -> Vec<Segment> {
    let count = TRACKER.with(|tracker| tracker.segments().len()).unwrap_or_default();
    let mut segments = Vec::with_capacity(count);
    TRACKER.with(|tracker| segments.extend(tracker.segments().take(count)));
    segments
}
