//! Every rule: the one table that names what shmsan knows to be a mistake. A rule's id is also the name of its
//! scenario and its heading in the documentation.

use std::fmt;

/// Which switch turns a rule on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// Misuse of the calls themselves.
    Calls,
    /// Accesses outside what is attached.
    Memory,
}

/// How sure and how bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// As on a report's first line.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
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
}

pub const CREATED_THEN_ATTACH_FAILED: Rule = Rule {
    id: "created-then-attach-failed",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The program created a segment, could not attach it, and ended without removing it.",
};

pub const FTOK_FAILED: Rule = Rule {
    id: "ftok-failed",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "ftok could not look at its file and returned -1, which is not a key.",
};

pub const KEY_IS_MINUS_ONE: Rule = Rule {
    id: "key-is-minus-one",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmget was given the key -1, which is what a failed ftok returns.",
};

pub const LEAKED_SEGMENT: Rule = Rule {
    id: "leaked-segment",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The program ended without removing a segment that it had created and that nobody uses.",
};

pub const OVERFLOW: Rule = Rule {
    id: "overflow",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "Something would have been, or was, written past the end of a segment.",
};

/// All of them, by id.
pub const ALL: [&Rule; 5] = [&CREATED_THEN_ATTACH_FAILED, &FTOK_FAILED, &KEY_IS_MINUS_ONE, &LEAKED_SEGMENT, &OVERFLOW];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_are_sorted_and_in_kebab_case_and_sentences_end() {
        assert!(ALL.is_sorted_by_key(|rule| rule.id));
        for rule in ALL {
            assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.id);
            assert!(rule.sentence.ends_with('.'), "{}", rule.id);
        }
    }
}
