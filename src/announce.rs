//! A finding on its way out: said once for each site, and counted from then on.

use crate::state::{TRACKER, options};
use crate::{identity, kernel, sink, site};
use shmsan_core::check::{Explain, Made};
use shmsan_core::finding::Finding;
use shmsan_core::options::TraceFormat;
use shmsan_core::report::{json, text};
use shmsan_core::rule::Rule;
use shmsan_core::site::Site;
use shmsan_core::tracker::Cause;
use std::fmt::Write;

/// Says what a rule has found of a call, unless it is off, or another thread has just said it.
pub fn found(made: &Made, rule: &'static Rule, cause: Cause, explain: Explain<'_>) {
    let is_first = || TRACKER.with(|tracker| tracker.said().found(made.site, cause, rule)) == Some(true);
    if options().checks.contains(rule) && is_first() {
        report_now(&made.finding(rule, explain()));
    }
}

/// Says what `make` finds outside the five calls, once for each place.
pub fn finding(rule: &'static Rule, site: Site, make: impl FnOnce() -> Finding) {
    let cause = Cause::Rule(rule);
    let is_new = || TRACKER.with(|tracker| tracker.said().is_new(site, cause)) == Some(true);
    let is_first = || TRACKER.with(|tracker| tracker.said().found(site, cause, rule)) == Some(true);
    if options().checks.contains(rule) && is_new() && is_first() {
        report_now(&make());
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
    let mut counts = Vec::with_capacity(256);
    TRACKER.with(|tracker| counts.extend(tracker.said().repeated().take(256)));
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
