//! One mistake that was found, with all that its report will say. Made by `check`, printed by `report`.

use crate::call::Key;
use crate::facts::SegmentFacts;
use crate::rule::{Rule, Severity};
use crate::site::Site;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// What happened, in one line.
    pub headline: String,
    /// The call it is about, as strace would write it.
    pub call: String,
    /// Where that call was made.
    pub site: Site,
    /// The other place of a two-sided mistake: what was done there.
    pub earlier: Option<Earlier>,
    /// What was before that, where it matters too.
    pub before_that: Option<Earlier>,
    /// The key of the segment it is about, where it has one.
    pub key: Option<Key>,
    /// The segment, as the kernel has it now.
    pub segment: Option<SegmentFacts>,
    pub why: String,
    pub fix: String,
}

/// What an earlier call had to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub what: String,
    pub site: Site,
}
