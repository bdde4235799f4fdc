//! What was found in all: the last line, where something happened more often than it was said.

use crate::rule::{self, Rule};
use crate::tracker::Count;
use std::fmt::Write;

/// How often a rule had something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    pub rule: &'static Rule,
    pub times: u64,
    /// At so many different places.
    pub places: u64,
}

/// From what was found first at each place, in the order of [`rule::all`], and what was found there again.
#[must_use]
pub fn totals(places: &[u64], repeated: &[Count]) -> Vec<Total> {
    let total = |(rule, &places): (&'static Rule, &u64)| {
        let again: u64 = repeated.iter().filter(|count| count.rule == rule).map(|count| count.times - 1).sum();
        Total { rule, times: places + again, places }
    };
    rule::all().zip(places).map(total).filter(|total| total.times > 0).collect()
}

/// The line, with its end; `unseen` calls came from more places than could be told apart.
#[must_use]
pub fn render(totals: &[Total], unseen: u64) -> String {
    let all: u64 = totals.iter().map(|total| total.times).sum();
    let mut line = format!("SUMMARY: shmsan: {all} in all");
    let mut between = ": ";
    for Total { rule, times, places } in totals {
        let (id, again) = (rule.id, if *times == 1 { "once".to_owned() } else { format!("{times} times") });
        // Writing to a String cannot fail.
        let _ = write!(line, "{between}{id} {again}");
        if *places > 1 {
            let _ = write!(line, " at {places} places");
        }
        between = ", ";
    }
    if unseen > 0 {
        let _ = write!(line, "; {unseen} more calls, at too many places, were not looked at");
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::exit::LEAKED_SEGMENT;
    use crate::rule::get::SIZE_MISMATCH;
    use crate::site::Site;

    #[test]
    fn each_rule_is_counted_with_what_was_not_said_again() {
        let places: Vec<_> = rule::all()
            .map(|rule| if *rule == SIZE_MISMATCH { 3 } else { u64::from(*rule == LEAKED_SEGMENT) })
            .collect();
        let count = |line, times| Count { rule: &SIZE_MISMATCH, site: Site::at_return(line), times };
        let totals = totals(&places, &[count(1, 7000), count(2, 2)]);
        let expected = "SUMMARY: shmsan: 7004 in all: size-mismatch 7003 times at 3 places, leaked-segment once\n";
        assert_eq!(render(&totals, 0), expected);
        assert!(
            render(&totals, 5).ends_with("leaked-segment once; 5 more calls, at too many places, were not looked at\n")
        );
        assert_eq!(totals.len(), 2);
    }
}
