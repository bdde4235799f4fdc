//! `shmsan explain`: a rule's page, or the list of all rules.

use crate::output::{complain, say};
use crate::sys::die_of_broken_pipes;
use shmsan_core::options::nearest;
use shmsan_core::report::paint::{Ink, Paint};
use shmsan_core::rule::{self, Page, Rule, Severity};
use shmsan_core::text::{Plain, shortened, wrap};
use std::fmt::Write;
use std::process::ExitCode;

/// The colours are taken out again where nobody can see them.
const PAINT: Paint = Paint::Colour;
const WIDTH: usize = 78;

pub fn go(wanted: Option<&str>) -> ExitCode {
    die_of_broken_pipes();
    match wanted.map(|name| rule::named(name).ok_or(name)) {
        None => say(&list()),
        Some(Ok(rule)) => say(&page(rule)),
        Some(Err(name)) => complain(&unknown(name)),
    }
}

fn unknown(name: &str) -> String {
    let hint = match nearest(name, rule::all().map(|rule| rule.id)) {
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None => "\"shmsan explain\" lists all".to_owned(),
    };
    format!("there is no rule \"{}\"; {hint}", shortened(&Plain(name.as_bytes()).to_string(), 40))
}

fn list() -> String {
    let mut out = String::new();
    for (family, rules) in rule::families() {
        let gap = if out.is_empty() { "" } else { "\n" };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{gap}{}{family}{}", PAINT.begin(Ink::Blue), PAINT.end());
        for rule in rules {
            let _ = write!(out, "  {}{}{}\n   ", PAINT.begin(ink(rule.severity)), rule.id, PAINT.end());
            wrap(&mut out, rule.sentence, 3, WIDTH);
            out.push('\n');
        }
    }
    out
}

fn page(rule: &Rule) -> String {
    let Rule { id, ring, severity, sentence, page: Page { why, bad, good, man } } = rule;
    let mut out = format!("{}{id}{} ({severity}, ring {})\n\n", PAINT.begin(ink(*severity)), PAINT.end(), ring.name());
    paragraph(&mut out, sentence);
    paragraph(&mut out, why);
    code(&mut out, ("Wrong", Ink::Red), bad);
    code(&mut out, ("Fixed", Ink::Green), good);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "See {man}.");
    out
}

fn paragraph(out: &mut String, text: &str) {
    let begin = out.len();
    wrap(out, text, 0, WIDTH);
    // Each word comes behind a space, also the first of a line.
    let lines: Vec<_> = out[begin..].lines().map(str::trim_start).collect();
    let lines = lines.join("\n");
    out.truncate(begin);
    out.push_str(&lines);
    out.push_str("\n\n");
}

fn code(out: &mut String, (heading, ink): (&str, Ink), lines: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}{heading}:{}\n", PAINT.begin(ink), PAINT.end());
    for line in lines.lines() {
        let _ = writeln!(out, "    {line}");
    }
    out.push('\n');
}

const fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Error => Ink::Red,
        Severity::Warning => Ink::Yellow,
        Severity::Info => Ink::Blue,
    }
}
