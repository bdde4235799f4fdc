//! The conditions of the rules: pure functions from a call, its outcome and the facts to what is wrong. A family is a file.
//! Nothing here asks the kernel itself.

pub mod access;
pub mod attach;
pub mod control;
pub mod detach;
pub mod exit;
pub mod ftok;
pub mod get;
pub mod look;
pub mod memory;
pub mod namespace;
pub mod overflow;
pub mod run;
pub mod shmid;
pub mod slack;

use crate::call::{Call, Key, Outcome, Written};
use crate::detail::Detail;
use crate::facts::{Facts, SegmentFacts};
use crate::finding::{Earlier, Finding};
use crate::rule::{Rule, Severity};
use crate::site::Site;

/// A call that was made, as the rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    pub call: Call,
    pub outcome: Outcome,
    pub site: Site,
    /// What its pointers showed, where that was looked at.
    pub detail: Option<Detail>,
}

/// What a rule says of a call, once its condition has held.
#[derive(Debug, Default)]
pub struct Words {
    /// What happened, in one line.
    pub headline: String,
    /// The other place of a two-sided mistake.
    pub earlier: Option<Earlier>,
    pub segment: Option<SegmentFacts>,
    pub why: String,
    pub fix: String,
    /// Where it is not the rule's own.
    pub severity: Option<Severity>,
}

/// Finds the words: it may ask for more facts, and is called only for what will be printed.
pub type Explain<'a> = Box<dyn FnOnce() -> Words + 'a>;

/// A rule and its condition.
pub struct Check {
    pub rule: &'static Rule,
    /// `None` where the condition does not hold. It asks for as few facts as it can: it runs for each such call.
    pub find: for<'a> fn(&'a Made, &'a dyn Facts) -> Option<Explain<'a>>,
}

/// The checks that may have something to say of a call. Of a failed one the first whose condition holds explains it; of
/// one that succeeded each says its own.
pub fn of(call: &Call, outcome: Outcome) -> impl Iterator<Item = &'static Check> {
    let (own, of_the_id): (&'static [Check], &'static [Check]) = match (call, outcome.is_ok()) {
        (Call::Get { .. }, true) => (get::SUCCEEDED, &[]),
        (Call::Get { .. }, false) => (get::FAILED, &[]),
        (Call::Attach { .. }, true) => (attach::SUCCEEDED, &[]),
        (Call::Detach { .. }, true) => (detach::SUCCEEDED, &[]),
        (Call::Attach { .. }, false) => (attach::FAILED, shmid::SHMID_FAILED),
        (Call::Control { .. }, false) => (control::FAILED, shmid::SHMID_FAILED),
        (Call::Control { .. }, true) => (control::SUCCEEDED, &[]),
        (Call::Detach { .. }, false) => (detach::FAILED, &[]),
        (Call::Ftok { .. }, false) => (ftok::FAILED, &[]),
        (Call::Ftok { .. }, true) => (ftok::SUCCEEDED, &[]),
    };
    let refused: &[Check] = if outcome.is_ok() { &[] } else { access::FAILED };
    own.iter().chain(of_the_id).chain(refused)
}

impl Made {
    /// The key of the segment that the call is about, where it has one.
    fn key(&self, segment: Option<&SegmentFacts>) -> Option<Key> {
        let key = match (self.call, segment) {
            (Call::Get { key, .. }, _) => Some(key),
            (_, Some(segment)) => Some(segment.key),
            _ => None,
        };
        key.filter(|key| *key != Key::PRIVATE)
    }

    /// The finding that `rule` comes to.
    #[must_use]
    pub fn finding(&self, rule: &'static Rule, words: Words) -> Finding {
        let Words { headline, earlier, segment, why, fix, severity } = words;
        Finding {
            rule,
            severity: severity.unwrap_or(rule.severity),
            headline,
            call: Written { call: &self.call, outcome: self.outcome, detail: self.detail.as_ref() }.to_string(),
            site: self.site,
            earlier,
            before_that: None,
            key: self.key(segment.as_ref()),
            segment,
            why,
            fix,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::facts::fake;
    use crate::rule::ftok::FTOK_FAILED;

    /// The first finding of a call, as the shim would report it with every rule on.
    pub fn first(made: &Made, facts: &dyn Facts) -> Option<Finding> {
        all(made, facts).into_iter().next()
    }

    /// Every finding of a call.
    pub fn all(made: &Made, facts: &dyn Facts) -> Vec<Finding> {
        let found = |check: &Check| (check.find)(made, facts).map(|explain| made.finding(check.rule, explain()));
        of(&made.call, made.outcome).filter_map(found).collect()
    }

    #[test]
    fn a_finding_has_the_key_that_a_suppression_may_name() {
        let key = |call, segment_key: Option<i32>| {
            let made = Made { call, outcome: Ok(0), site: Site::UNKNOWN, detail: None };
            let segment = segment_key.map(|key| SegmentFacts { key: Key(key), ..fake::segment(3) });
            made.finding(&FTOK_FAILED, Words { segment, ..Words::default() }).key
        };
        let get = |key| Call::Get { key: Key(key), size: 1, flags: 0 };
        let detach = Call::Detach { address: Addr(0) };
        assert_eq!(
            [key(get(7), None), key(get(7), Some(8)), key(detach, Some(8))],
            [7, 7, 8].map(|key| Some(Key(key)))
        );
        // IPC_PRIVATE is none.
        assert_eq!([key(get(0), Some(8)), key(detach, Some(0)), key(detach, None)], [None; 3]);
    }
}
