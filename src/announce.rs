//! A finding on its way out: said once for each site, and counted from then on.

use crate::state::{TRACKER, options};
use crate::{identity, kernel, sink, site};
use shmsan_core::finding::Finding;
use shmsan_core::options::TraceFormat;
use shmsan_core::report::{json, text};
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
    let report = match options().trace_format {
        TraceFormat::Text => text::render(finding, kernel::pid(), &site::frame, sink::paint()),
        TraceFormat::Json => json::finding(finding, identity::header(), &site::frame),
    };
    sink::report(report.as_bytes());
}

/// At the end: what happened more than once.
pub fn repeated() {
    let mut counts = Vec::with_capacity(128);
    TRACKER.with(|tracker| counts.extend(tracker.said().repeated().take(128)));
    if counts.is_empty() {
        return;
    }
    let counts = counts.iter().map(|count| (count.rule, count.times, site::frame(count.site)));
    let text = match options().trace_format {
        TraceFormat::Text => counts.fold(String::new(), |mut text, (rule, times, frame)| {
            let (id, place) = (rule.id, frame.summary());
            // Writing to a String cannot fail.
            let _ = writeln!(text, "=={}==shmsan: {id} happened {times} times at {place}", kernel::pid());
            text
        }),
        TraceFormat::Json => json::repeated(counts, identity::header()),
    };
    sink::report(text.as_bytes());
}
