//! Every rule: the one table that names what shmsan knows to be a mistake. A rule's id is also the name of its scenario,
//! its heading in the documentation and its page. A family of rules is a file.

pub mod access;
pub mod attach;
mod checks;
pub mod control;
pub mod detach;
pub mod exit;
pub mod ftok;
pub mod get;
pub mod memory;
mod page;
pub mod run;
pub mod shmid;

pub use checks::{Checks, ROOM, position};
pub use page::{Page, document};

use std::fmt;

/// Which switch turns a rule on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// Misuse of the calls themselves.
    Calls,
    /// Accesses outside what is attached.
    Memory,
    /// What is no mistake, but may surprise; off unless asked for.
    Advice,
    /// What only the whole tree of a run's processes shows; `shmsan run` says it.
    Run,
}

impl Ring {
    pub const ALL: [Self; 4] = [Self::Calls, Self::Memory, Self::Advice, Self::Run];

    /// As the option `checks` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Memory => "memory",
            Self::Advice => "advice",
            Self::Run => "run",
        }
    }
}

/// How sure and how bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// As on a report's first line.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        })
    }
}

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The mistake in kebab case.
    pub id: &'static str,
    pub ring: Ring,
    /// What it is unless the finding knows better.
    pub severity: Severity,
    /// What the mistake is, in a sentence.
    pub sentence: &'static str,
    pub page: Page,
}

/// The families, with the heading of each.
const FAMILIES: &[(&str, &[&Rule])] = &[
    ("shmget", get::ALL),
    ("The id", shmid::ALL),
    ("shmat", attach::ALL),
    ("shmdt", detach::ALL),
    ("shmctl", control::ALL),
    ("ftok", ftok::ALL),
    ("At exit and around", exit::ALL),
    ("Memory", memory::ALL),
    ("Over a whole tree of processes", run::ALL),
    ("Several of the calls", access::ALL),
];

/// All rules, a family after the other.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|(_, rules)| rules.iter().copied())
}

/// Each family's heading and its rules.
pub fn families() -> impl Iterator<Item = (&'static str, &'static [&'static Rule])> {
    FAMILIES.iter().copied()
}

/// The rule with this id.
#[must_use]
pub fn named(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_one_each_and_in_kebab_case_and_every_page_is_whole() {
        let mut seen = HashSet::new();
        for Rule { id, sentence, page, .. } in all() {
            assert!(seen.insert(id), "{id} twice");
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert!(sentence.ends_with('.'), "{id}: {sentence}");
            let Page { why, bad, good, man } = page;
            assert!(why.ends_with('.') && !bad.is_empty() && !good.is_empty(), "{id}");
            assert!(bad.lines().chain(good.lines()).all(|line| line.len() <= 76), "{id}: a long line of C");
            assert!(man.split(", ").all(|page| page.ends_with(')')), "{id}: {man}");
        }
        assert_eq!(named("ftok-failed"), Some(&ftok::FTOK_FAILED));
        assert_eq!(named("ftok"), None);
    }
}
