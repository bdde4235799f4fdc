//! A finding on its way out: said once for each site, and counted from then on.

use crate::state::{TRACKER, options};
use crate::verdict::{self, NoMore, Room};
use crate::{boundary, identity, journal, sink, site, suppressions};
use shmsan_core::check::{Explain, Made};
use shmsan_core::finding::Finding;
use shmsan_core::options::TraceFormat;
use shmsan_core::report::{json, summary, text};
use shmsan_core::rule::Rule;
use shmsan_core::site::Site;
use shmsan_core::text::counted;
use shmsan_core::tracker::Cause;
use std::fmt::Write;

/// Says what a rule has found of a call, unless it is off, or another thread has just said it.
pub fn found(made: &Made, rule: &'static Rule, cause: Cause, explain: Explain<'_>) {
    say_first(rule, made.site, cause, || made.finding(rule, explain()));
}

/// Says what `make` finds outside the five calls, once for each place.
pub fn finding(rule: &'static Rule, site: Site, make: impl FnOnce() -> Finding) {
    let cause = Cause::Rule(rule);
    if TRACKER.with(|tracker| tracker.said().is_new(site, cause)) == Some(true) {
        say_first(rule, site, cause, make);
    }
}

fn say_first(rule: &'static Rule, site: Site, cause: Cause, make: impl FnOnce() -> Finding) {
    if !options().checks.contains(rule) {
        return;
    }
    if TRACKER.with(|tracker| tracker.said().found(site, cause, rule)) != Some(true) || boundary::is_locked_in() {
        return;
    }
    let finding = make();
    match suppressions::find(&finding) {
        Some(number) => {
            TRACKER.with(|tracker| tracker.said().suppress(site, cause, number));
        }
        None => report(&finding),
    }
}

/// Says it, whether or not it was said before, unless it is suppressed or its rule is off.
pub fn report_now(finding: &Finding) {
    if !options().checks.contains(finding.rule) || boundary::is_locked_in() {
        return;
    }
    match suppressions::find(finding) {
        Some(number) => suppressions::count(number, 1),
        None => report(finding),
    }
}

/// In the child that speaks for a process with a fault, which was counted there: writes it, or gives the number of the
/// suppression that forbids it.
pub fn in_child(finding: &Finding, room: Room) -> Option<usize> {
    let suppressed = suppressions::find(finding);
    if suppressed.is_none() {
        write_where_there_is(room, finding);
    }
    suppressed
}

fn report(finding: &Finding) {
    journal::finding(finding.rule, finding.severity, finding.site);
    write_where_there_is(verdict::count(finding.rule, finding.severity), finding);
    verdict::halt_on(finding.severity);
}

fn write_where_there_is(room: Room, finding: &Finding) {
    match room {
        Room::Enough => write(finding),
        Room::Last => {
            write(finding);
            sink::say(NoMore(identity::pid()).to_string().as_bytes());
        }
        Room::None => {}
    }
}

fn write(finding: &Finding) {
    let report = match options().trace_format {
        TraceFormat::Text => text::render(finding, identity::pid(), &site::frames, sink::paint()),
        TraceFormat::Json => json::finding(finding, identity::header(), &site::frame),
    };
    sink::report(report.as_bytes());
}

/// At the end: what happened more than once, and how often each rule spoke. Where each report has told all, it is enough.
pub fn summary() {
    let mut counts = Vec::with_capacity(256);
    let unseen = TRACKER.with(|tracker| {
        counts.extend(tracker.said().repeated().take(256));
        tracker.said().lost()
    });
    let unseen = unseen.unwrap_or_default();
    let totals = summary::totals(&verdict::of_rules(), &counts);
    if !say_beyond_the_reports() && counts.is_empty() && (unseen == 0 || totals.is_empty()) {
        return;
    }
    if boundary::is_locked_in() {
        return;
    }
    counts.iter().for_each(journal::again);
    let counts = counts.iter().map(|count| (count.rule, count.times, site::frame(count.site)));
    let text = match options().trace_format {
        TraceFormat::Text => {
            counts.fold(String::new(), |mut text, (rule, times, frame)| {
                let (id, place) = (rule.id, frame.summary());
                // Writing to a String cannot fail.
                let _ = writeln!(text, "=={}==shmsan: {id} happened {times} times at {place}", identity::pid());
                text
            }) + &summary::render(&totals, unseen)
        }
        TraceFormat::Json => json::summary(counts, &totals, unseen, identity::header()),
    };
    sink::report(text.as_bytes());
}

/// How much was found in all, where not all of it was printed; whether that is so.
fn say_beyond_the_reports() -> bool {
    let Some((errors, warnings)) = verdict::beyond_the_reports() else { return false };
    let pid = identity::pid();
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    sink::say(format!("=={pid}==shmsan: {errors} and {warnings} in all\n").as_bytes());
    true
}
