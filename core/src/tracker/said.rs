//! What was reported already: the same mistake at the same place is said once and counted from then on.

use crate::errno::Errno;
use crate::rule::Rule;
use crate::site::Site;

/// How many different ones are told apart; what comes after that is neither said nor counted by itself.
const ROOM: usize = 256;

/// So often the rules are asked of the same failure at the same place while none has an answer.
const PATIENCE: u8 = 8;

/// As much of a mistake as is known before anybody was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The call of this name failed.
    Failure(&'static str, Errno),
    /// A call that did not fail, and what is wrong with it.
    Rule(&'static Rule),
}

#[derive(Clone, Copy)]
struct Entry {
    site: Site,
    cause: Cause,
    /// What it was found to be.
    rule: Option<&'static Rule>,
    /// How often the rules were asked in vain.
    asked: u8,
    times: u64,
    /// The number of the suppression that keeps it unsaid.
    suppressed: Option<u16>,
}

/// What was said, and how often it happened, the reported time included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub rule: &'static Rule,
    pub site: Site,
    pub times: u64,
}

pub struct Said {
    entries: [Option<Entry>; ROOM],
    /// What there was no room for.
    lost: u64,
}

impl Default for Said {
    fn default() -> Self {
        Self::new()
    }
}

impl Said {
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: [None; ROOM], lost: 0 }
    }

    /// As new; in its place, because the stack may be small.
    pub fn clear(&mut self) {
        self.entries.fill(None);
        self.lost = 0;
    }

    /// Whether the rules are to be asked; where they have answered before, it is counted.
    pub fn is_new(&mut self, site: Site, cause: Cause) -> bool {
        match self.entry(site, cause) {
            Some(entry) if entry.rule.is_some() => {
                entry.times += 1;
                false
            }
            Some(entry) => {
                entry.asked = entry.asked.saturating_add(1);
                entry.asked <= PATIENCE
            }
            None => {
                self.lost += 1;
                false
            }
        }
    }

    /// The answer, after [`Said::is_new`]; `false` where another thread had it too and has said it.
    pub fn found(&mut self, site: Site, cause: Cause, rule: &'static Rule) -> bool {
        let Some(entry) = self.entry(site, cause) else { return false };
        entry.times += 1;
        entry.rule.replace(rule).is_none()
    }

    /// It is not said after all.
    pub fn suppress(&mut self, site: Site, cause: Cause, suppression: usize) {
        if let Some(entry) = self.entry(site, cause) {
            entry.suppressed = u16::try_from(suppression).ok();
        }
    }

    /// How often each suppression kept something unsaid; a suppression may come more than once.
    pub fn suppressed(&self) -> impl Iterator<Item = (usize, u64)> {
        self.entries.iter().map_while(|entry| *entry).filter_map(|entry| Some((entry.suppressed?.into(), entry.times)))
    }

    /// What happened more than once.
    pub fn repeated(&self) -> impl Iterator<Item = Count> {
        let known =
            self.entries.iter().map_while(|entry| *entry).filter(|entry| entry.times > 1 && entry.suppressed.is_none());
        known.filter_map(|Entry { site, rule, times, .. }| Some(Count { rule: rule?, site, times }))
    }

    /// How many more there were than could be told apart.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// The entry, a new one if there was none and there is room.
    fn entry(&mut self, site: Site, cause: Cause) -> Option<&mut Entry> {
        let is_it = |slot: &Option<Entry>| match slot {
            Some(entry) => entry.site == site && entry.cause == cause,
            None => true,
        };
        let slot = self.entries.iter_mut().find(|slot| is_it(slot))?;
        Some(slot.get_or_insert(Entry { site, cause, rule: None, asked: 0, times: 0, suppressed: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ftok::FTOK_FAILED;
    use crate::rule::get::KEY_IS_MINUS_ONE;

    const HERE: Site = Site::at_return(1);
    const ENOENT: Cause = Cause::Failure("ftok", Errno::ENOENT);

    #[test]
    fn a_mistake_is_new_once_at_each_place_and_counted_from_then_on() {
        let mut said = Said::new();
        assert!(said.is_new(HERE, ENOENT) && said.found(HERE, ENOENT, &FTOK_FAILED));
        assert!(said.is_new(Site::at_return(2), ENOENT) && said.found(Site::at_return(2), ENOENT, &FTOK_FAILED));
        assert!(said.is_new(HERE, Cause::Failure("ftok", Errno::EACCES)));
        assert!(said.is_new(HERE, Cause::Failure("shmget", Errno::ENOENT)));
        assert!(said.is_new(HERE, Cause::Rule(&KEY_IS_MINUS_ONE)));
        assert!(!said.is_new(HERE, ENOENT));
        let repeated: Vec<_> = said.repeated().collect();
        assert_eq!(repeated, [Count { rule: &FTOK_FAILED, site: HERE, times: 2 }]);
    }

    #[test]
    fn what_is_suppressed_is_counted_for_its_suppression_alone() {
        let mut said = Said::new();
        assert!(said.is_new(HERE, ENOENT) && said.found(HERE, ENOENT, &FTOK_FAILED));
        said.suppress(HERE, ENOENT, 4);
        assert!(!said.is_new(HERE, ENOENT));
        assert_eq!((said.repeated().count(), said.suppressed().collect::<Vec<_>>()), (0, vec![(4, 2)]));
    }

    #[test]
    fn of_two_threads_one_says_it() {
        let mut said = Said::new();
        assert!(said.is_new(HERE, ENOENT) && said.is_new(HERE, ENOENT));
        assert!(said.found(HERE, ENOENT, &FTOK_FAILED));
        assert!(!said.found(HERE, ENOENT, &FTOK_FAILED));
        assert_eq!(said.repeated().map(|count| count.times).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn what_no_rule_can_explain_is_not_asked_for_ever() {
        let mut said = Said::new();
        let asked = (0..100).filter(|_| said.is_new(HERE, ENOENT)).count();
        assert_eq!(asked, usize::from(PATIENCE));
        assert_eq!(said.repeated().count(), 0);
    }

    #[test]
    fn more_places_than_there_is_room_for_stay_silent_and_are_counted() {
        let mut said = Said::new();
        let new = (0..ROOM + 9).filter(|&address| said.is_new(Site::at_return(address), ENOENT)).count();
        assert_eq!((new, said.lost()), (ROOM, 9));
        said.clear();
        assert!(said.lost() == 0 && said.is_new(Site::at_return(ROOM), ENOENT));
    }
}
