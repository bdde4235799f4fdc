//! A rule's long page: what the mistake is, why it bites, how it looks in C, and how it is mended.

use super::{FAMILIES, Rule};
use std::fmt::{self, Write};

#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Why it bites; full sentences.
    pub why: &'static str,
    /// A few lines of C that do it.
    pub bad: &'static str,
    /// The mended line, or lines.
    pub good: &'static str,
    /// Manual pages, as `shmget(2), ftok(3)`.
    pub man: &'static str,
}

/// docs/rules.md: every rule with its page.
#[must_use]
pub fn document() -> String {
    let mut out = "# The rules\n\n\
        Every mistake that shmsan knows. An ERROR is a mistake, a WARNING probably one, and an INFO is worth knowing. \
        The rings *calls*, *memory* and *run* are on by default, and *run* speaks under `shmsan run` alone. \
        `checks=+advice` in SHMSAN_OPTIONS turns on what is no mistake but may surprise, and `checks=-ID` turns one rule \
        off.\n"
        .to_owned();
    for (family, rules) in FAMILIES {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n## {family}\n");
        let _ = rules.iter().try_for_each(|rule| write_rule(&mut out, rule));
    }
    out
}

fn write_rule(out: &mut String, rule: &Rule) -> fmt::Result {
    let Rule { id, ring, severity, sentence, page: Page { why, bad, good, man } } = rule;
    write!(out, "\n### {id}\n\n**{severity}**, ring {}. {sentence}\n\n{why}\n", ring.name())?;
    write!(out, "\n```c\n{bad}\n```\n\nFixed:\n\n```c\n{good}\n```\n\nSee {man}.\n")
}
