//! What a process did, in one line: `verbosity=1`.

use crate::text::counted;
use crate::tracker::Tally;

/// The line, with its end.
#[must_use]
pub fn render(pid: i32, tally: &Tally, dropped: u64) -> String {
    let Tally { created, found, removed, attached } = tally;
    let (created, attached) = (counted(*created, "segment"), counted(*attached, "attachment"));
    let lost = match dropped {
        0 => String::new(),
        lost => format!("; {} could not be written", counted(lost, "report")),
    };
    format!(
        "=={pid}==shmsan: at the end: {created} created, {found} found, {removed} removed; \
         {attached} left{lost}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_tells_what_was_seen() {
        let tally = Tally { created: 1, found: 2, removed: 3, attached: 0 };
        let expected = "==7==shmsan: at the end: 1 segment created, 2 found, 3 removed; 0 attachments left\n";
        assert_eq!(render(7, &tally, 0), expected);
        let expected = "==7==shmsan: at the end: 0 segments created, 0 found, 0 removed; 0 attachments left; \
                        2 reports could not be written\n";
        assert_eq!(render(7, &Tally::default(), 2), expected);
    }
}
