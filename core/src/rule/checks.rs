//! Which rules are on: the option `checks`, as in `calls+memory+advice+ID-ID`.

use super::{Ring, Rule, all};
use std::fmt;

/// More rules than there will be.
pub const ROOM: usize = 128;

/// A set of rules.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    /// One bit a rule, in the order of [`all`].
    on: u128,
    /// Whether some of them are advice.
    advice: bool,
}

impl Checks {
    pub const NONE: Self = Self { on: 0, advice: false };

    /// Whether `rule` is on.
    #[must_use]
    pub fn contains(self, rule: &Rule) -> bool {
        position(rule).is_some_and(|position| self.on & 1 << position != 0)
    }

    /// Whether it is worth while to look at the conditions of `ring`: advice is hardly ever asked for.
    #[must_use]
    pub const fn wants(self, ring: Ring) -> bool {
        !matches!(ring, Ring::Advice) || self.advice
    }

    fn has_most_of(self, ring: Ring) -> bool {
        let (on, off): (Vec<_>, Vec<_>) = all().filter(|rule| rule.ring == ring).partition(|rule| self.contains(rule));
        on.len() > off.len()
    }

    /// Reads rings and rules, each behind `+` or `-`. A first sign changes what was `before`; without one it is forgotten.
    ///
    /// # Errors
    /// The part that names nothing.
    pub fn parse(text: &str, before: Self) -> Result<Self, &str> {
        let mut checks = if text.starts_with(['+', '-']) { before } else { Self::NONE };
        let mut rest = text;
        while !rest.is_empty() {
            let (on, names) = match rest.strip_prefix('-') {
                Some(names) => (false, names),
                None => (true, rest.strip_prefix('+').unwrap_or(rest)),
            };
            let (bits, tail) = first_name(names).ok_or(names)?;
            checks.on = if on { checks.on | bits } else { checks.on & !bits };
            rest = tail;
        }
        checks.advice = all().any(|rule| rule.ring == Ring::Advice && checks.contains(rule));
        Ok(checks)
    }
}

/// As it could be given: whole rings, then single rules.
impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole: Vec<_> = Ring::ALL.into_iter().filter(|ring| self.has_most_of(*ring)).collect();
        let rings = whole.iter().map(|ring| ring.name()).collect::<Vec<_>>().join("+");
        f.write_str(&rings)?;
        let mut sign = if rings.is_empty() { "" } else { "+" };
        all().try_for_each(|rule| match (whole.contains(&rule.ring), self.contains(rule)) {
            (true, false) => write!(f, "-{}", rule.id),
            // Behind a first sign it would be added to what is on by default.
            (false, true) => write!(f, "{}{}", std::mem::replace(&mut sign, "+"), rule.id),
            _ => Ok(()),
        })
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(all().filter(|rule| self.contains(rule)).map(|rule| rule.id)).finish()
    }
}

/// Its number in the order of [`all`].
#[must_use]
pub fn position(rule: &Rule) -> Option<usize> {
    all().take(ROOM).position(|other| other == rule)
}

/// The rules of the longest name at the beginning of `text`, and what follows: names hold signs themselves.
fn first_name(text: &str) -> Option<(u128, &str)> {
    let rings = Ring::ALL.into_iter().map(|ring| (ring.name(), Named::Ring(ring)));
    let rules = all().take(ROOM).enumerate().map(|(position, rule)| (rule.id, Named::Rule(position)));
    let fitting = rings.chain(rules).filter_map(|(name, named)| {
        let tail = text.strip_prefix(name)?;
        (tail.is_empty() || tail.starts_with(['+', '-'])).then_some((name.len(), named, tail))
    });
    let (_, named, tail) = fitting.max_by_key(|(length, ..)| *length)?;
    let bits = match named {
        Named::Ring(ring) => bits(|rule| rule.ring == ring),
        Named::Rule(position) => 1 << position,
    };
    Some((bits, tail))
}

/// What a name is of.
enum Named {
    Ring(Ring),
    /// By its number in the order of [`all`].
    Rule(usize),
}

fn bits(is_it: impl Fn(&Rule) -> bool) -> u128 {
    let positions = all().take(ROOM).enumerate().filter(|(_, rule)| is_it(rule));
    positions.fold(0, |bits, (position, _)| bits | 1 << position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ftok::FTOK_FAILED;
    use crate::rule::get::KEY_IS_MINUS_ONE;
    use crate::rule::memory::OVERFLOW;

    fn has(text: &str) -> [bool; 3] {
        let before = Checks::parse("calls+memory", Checks::NONE).unwrap();
        let checks = Checks::parse(text, before).unwrap();
        [&FTOK_FAILED, &KEY_IS_MINUS_ONE, &OVERFLOW].map(|rule| checks.contains(rule))
    }

    #[test]
    fn rings_and_rules_are_added_and_taken_away() {
        assert_eq!(has("calls+memory"), [true; 3]);
        assert_eq!(has("calls"), [true, true, false]);
        assert_eq!(has("-ftok-failed"), [false, true, true]);
        assert_eq!(has("calls-ftok-failed+overflow"), [false, true, true]);
        assert_eq!(has("key-is-minus-one"), [false, true, false]);
        assert_eq!(has("-calls+key-is-minus-one-memory"), [false, true, false]);
        assert_eq!(has(""), [false; 3]);
        assert!(all().count() <= ROOM);
    }

    #[test]
    fn a_set_is_shown_as_it_could_be_given() {
        let usual = Checks::parse("calls+memory", Checks::NONE).unwrap();
        for text in [
            "calls+memory",
            "calls",
            "memory-overflow",
            "calls+memory-ftok-failed",
            "overflow",
            "overflow+ftok-failed",
            "",
        ] {
            let checks = Checks::parse(text, Checks::NONE).unwrap();
            assert_eq!(Checks::parse(&checks.to_string(), usual), Ok(checks), "{text} {checks}");
        }
        assert_eq!(
            Checks::parse("calls+memory-ftok-failed", Checks::NONE).unwrap().to_string(),
            "calls+memory-ftok-failed"
        );
    }

    #[test]
    fn what_names_nothing_is_said() {
        assert_eq!(Checks::parse("calls+ftok-fail", Checks::NONE), Err("ftok-fail"));
        assert_eq!(Checks::parse("calls memory", Checks::NONE), Err("calls memory"));
        assert_eq!(Checks::parse("calls++memory", Checks::NONE), Err("+memory"));
    }
}
