//! A finding on its way out: said once for each site, and counted from then on.

use crate::kernel;
use crate::sink;
use crate::site;
use crate::state::TRACKER;
use shmsan_core::finding::Finding;
use shmsan_core::report;
use shmsan_core::rule::Rule;
use shmsan_core::site::Site;
use std::fmt::Write;

/// Says what `make` finds, unless that rule was said of that site before.
pub fn finding(rule: &'static Rule, site: Site, make: impl FnOnce() -> Option<Finding>) {
    if TRACKER.with(|tracker| tracker.said().is_new(rule, site)) == Some(true) {
        make().iter().for_each(report_now);
    }
}

/// Says it, whether or not it was said before.
pub fn report_now(finding: &Finding) {
    sink::stderr(report::text::render(finding, kernel::pid(), &site::frame).as_bytes());
}

/// At the end: what happened more than once.
pub fn repeated() {
    let mut counts = Vec::with_capacity(128);
    TRACKER.with(|tracker| counts.extend(tracker.said().repeated().take(128)));
    let mut text = String::new();
    for count in counts {
        let (rule, times, place) = (count.rule.id, count.times, site::frame(count.site).summary());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "=={}==shmsan: {rule} happened {times} times at {place}", kernel::pid());
    }
    if !text.is_empty() {
        sink::stderr(text.as_bytes());
    }
}
