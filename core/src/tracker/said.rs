//! What was reported already: the same finding from the same site is said once and counted from then on.

use crate::rule::Rule;
use crate::site::Site;

/// How many different findings are told apart; after that they are only counted together.
const ROOM: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub rule: &'static Rule,
    pub site: Site,
    /// How often it happened, the reported time included.
    pub times: u64,
}

pub struct Said {
    counts: [Option<Count>; ROOM],
}

impl Default for Said {
    fn default() -> Self {
        Self::new()
    }
}

impl Said {
    #[must_use]
    pub const fn new() -> Self {
        Self { counts: [None; ROOM] }
    }

    /// Counts it; `true` where it has not been said and is to be said now.
    pub fn is_new(&mut self, rule: &'static Rule, site: Site) -> bool {
        for slot in &mut self.counts {
            match slot {
                Some(count) if count.rule == rule && count.site == site => {
                    count.times += 1;
                    return false;
                }
                Some(_) => {}
                None => {
                    *slot = Some(Count { rule, site, times: 1 });
                    return true;
                }
            }
        }
        false
    }

    /// What happened more than once.
    pub fn repeated(&self) -> impl Iterator<Item = Count> {
        self.counts.iter().map_while(|slot| *slot).filter(|count| count.times > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{FTOK_FAILED, KEY_IS_MINUS_ONE};

    #[test]
    fn a_finding_is_new_once_for_each_rule_and_site() {
        let mut said = Said::new();
        assert!(said.is_new(&FTOK_FAILED, Site::Return(1)));
        assert!(said.is_new(&FTOK_FAILED, Site::Return(2)));
        assert!(said.is_new(&KEY_IS_MINUS_ONE, Site::Return(1)));
        assert!(!said.is_new(&FTOK_FAILED, Site::Return(1)));
        let repeated: Vec<_> = said.repeated().collect();
        assert_eq!(repeated, [Count { rule: &FTOK_FAILED, site: Site::Return(1), times: 2 }]);
    }

    #[test]
    fn more_sites_than_there_is_room_for_stay_silent() {
        let mut said = Said::new();
        let new = (0..ROOM + 9).filter(|&address| said.is_new(&FTOK_FAILED, Site::Return(address))).count();
        assert_eq!(new, ROOM);
    }
}
