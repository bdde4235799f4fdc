//! Who has a segment attached, as far as one may see.

use crate::machine::{Holder, Holders, Segment};
use crate::table::{Heading, Side, lines, terminal_width};
use shmsan_core::machine::Mapped;
use shmsan_core::text::Plain;
use std::fmt::Write;

/// So many addresses of one process are shown.
const SHOWN: usize = 4;
const INDENT: u16 = 2;

/// A table of the processes, and a line for what is missing in it.
pub fn describe(segment: &Segment, holders: Option<&Holders>) -> String {
    let Some(holders) = holders else {
        return "\nwho has it attached cannot be seen: /proc cannot be read\n".to_owned();
    };
    let found: Vec<_> = holders.of(segment.id).collect();
    let mut out = String::new();
    if !found.is_empty() {
        out.push_str("\nattached by\n");
        for line in table(&found) {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {line}");
        }
    }
    let seen: usize = found.iter().map(|(_, mappings)| mappings.len()).sum();
    let missing = segment.status.attachments.saturating_sub(seen as u64);
    if missing > 0 {
        let _ = writeln!(
            out,
            "\n{missing} of its {} mappings cannot be seen from here{}",
            segment.status.attachments,
            unreadable(holders)
        );
    }
    out
}

/// As the end of a sentence.
fn unreadable(holders: &Holders) -> String {
    match holders.unreadable {
        0 => String::new(),
        1 => ": one process may not be looked at".to_owned(),
        count => format!(": {count} processes may not be looked at"),
    }
}

fn table(found: &[(&Holder, &[Mapped])]) -> Vec<String> {
    const HEADINGS: [Heading; 4] = [
        Heading { name: "PID", side: Side::Right },
        Heading { name: "MAPPINGS", side: Side::Right },
        Heading { name: "ADDRESS", side: Side::Left },
        Heading { name: "COMMAND", side: Side::LeftAndCut },
    ];
    let rows = found.iter().map(|(holder, mappings)| {
        let command = holder.command.as_ref().map_or_else(|| "-".to_owned(), |command| Plain(command).to_string());
        vec![holder.pid.to_string(), mappings.len().to_string(), addresses(mappings), command]
    });
    lines(&HEADINGS, rows, terminal_width().map(|width| width.saturating_sub(INDENT)))
}

fn addresses(mappings: &[Mapped]) -> String {
    let address = |mapped: &Mapped| format!("{}{}", mapped.begin, if mapped.is_writable { "" } else { " (read only)" });
    let shown: Vec<_> = mappings.iter().take(SHOWN).map(address).collect();
    let more = mappings.len() - shown.len();
    shown.join(", ") + &if more == 0 { String::new() } else { format!(", {more} more") }
}
