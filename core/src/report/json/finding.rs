//! A finding, and at the end what was found more than once.

use super::write::Object;
use super::{Header, line, prose, site};
use crate::facts::{Life, SegmentFacts};
use crate::finding::{Earlier, Finding};
use crate::flags::Mode;
use crate::report::summary::Total;
use crate::rule::{Rule, Severity};
use crate::site::{Frame, Site};

/// The line of one finding, with its end. `frame` looks a site up.
#[must_use]
pub fn finding(finding: &Finding, header: Header<'_>, frame: &dyn Fn(Site) -> Frame) -> String {
    let Finding { rule, severity, headline, call, why, fix, .. } = finding;
    line(header, "finding", |object| {
        object.text("rule", rule.id);
        object.text(
            "severity",
            match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            },
        );
        object.text("message", headline);
        object.text("call", call);
        site(object, "site", &frame(finding.site));
        match &finding.earlier {
            Some(earlier) => object.object("earlier", |object| happened(object, earlier, frame)),
            None => object.null("earlier"),
        }
        if let Some(before_that) = &finding.before_that {
            object.object("before_that", |object| happened(object, before_that, frame));
        }
        match &finding.segment {
            Some(facts) => object.object("segment", |object| segment(object, facts)),
            None => object.null("segment"),
        }
        object.text("why", prose(why));
        object.text("fix", prose(fix));
    })
}

fn happened(object: &mut Object<'_>, earlier: &Earlier, frame: &dyn Fn(Site) -> Frame) {
    object.text("message", &earlier.what);
    site(object, "site", &frame(earlier.site));
}

fn segment(object: &mut Object<'_>, facts: &SegmentFacts) {
    object.number("id", facts.id);
    object.text("key", facts.key);
    object.number("size", facts.size);
    object.text("mode", Mode(facts.mode));
    object.number("uid", facts.uid);
    object.bytes("owner", facts.owner.as_ref().map(String::as_bytes));
    object.number("cpid", facts.creator);
    let process = facts.process.as_ref();
    object.bytes("creator", process.and_then(|process| process.command.as_deref()));
    match process.map(|process| process.life) {
        Some(life @ (Life::Runs | Life::Gone)) => object.number("creator_runs", life == Life::Runs),
        Some(Life::Unknown) | None => object.null("creator_runs"),
    }
    let made = process.and_then(|process| process.made.as_ref());
    match made {
        Some(made) => site(object, "created_at", &made.frame),
        None => object.null("created_at"),
    }
    object.optional("created_s", made.map(|made| made.age));
    object.bytes("ftok_path", made.and_then(|made| made.path.as_deref()));
    match facts.age {
        Some(age) => object.number("unchanged_s", age),
        None => object.null("unchanged_s"),
    }
    object.number("nattch", facts.attachments);
    object.number("own_nattch", facts.own_attachments);
}

/// The line that counts what happened again after it was said, and each rule, with its end.
#[must_use]
pub fn summary<'a>(
    counts: impl Iterator<Item = (&'a Rule, u64, Frame)>,
    totals: &[Total],
    unseen: u64,
    header: Header<'_>,
) -> String {
    line(header, "summary", |object| {
        object.objects("repeated", counts, |object, (rule, times, frame)| {
            object.text("rule", rule.id);
            object.number("times", times);
            site(object, "site", &frame);
        });
        object.objects("rules", totals.iter(), |object, Total { rule, times, places }| {
            object.text("rule", rule.id);
            object.number("times", times);
            object.number("places", places);
        });
        object.number("unseen", unseen);
    })
}

/// What a run over a tree of processes came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How many processes called.
    pub processes: usize,
    /// How many go on.
    pub running: usize,
    /// What was reported.
    pub errors: u64,
    pub warnings: u64,
    pub rules: Vec<Spoke>,
}

/// A rule that spoke in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoke {
    pub rule: &'static str,
    pub reports: u64,
    /// How often it happened: what happens again at the same place is not reported again.
    pub times: u64,
}

/// The last line of a run.
#[must_use]
pub fn verdict(header: Header<'_>, verdict: &Verdict) -> String {
    let Verdict { processes, running, errors, warnings, rules } = verdict;
    line(header, "verdict", |object| {
        object.number("processes", processes);
        object.number("running", running);
        object.number("errors", errors);
        object.number("warnings", warnings);
        object.objects("rules", rules.iter(), |object, Spoke { rule, reports, times }| {
            object.text("rule", rule);
            object.number("times", times);
            object.number("reports", reports);
        });
    })
}
