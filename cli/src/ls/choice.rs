//! Which of the columns are shown, and what the help says of them.

use super::columns::{COLUMNS, Column};
use std::fmt::Write;

/// Those that are shown where none are named.
pub fn usual() -> Vec<&'static Column> {
    COLUMNS.iter().filter(|column| column.is_usual).collect()
}

/// All that cost no look at each process.
pub fn cheap() -> Vec<&'static Column> {
    COLUMNS.iter().filter(|column| !column.needs_holders).collect()
}

/// The columns that the user named.
#[derive(Clone)]
pub struct Choice(pub Vec<&'static Column>);

impl std::fmt::Debug for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|column| column.name)).finish()
    }
}

/// What stands behind `-o`.
pub fn choose(list: &str) -> Result<Choice, String> {
    let (list, mut chosen) = match list.strip_prefix('+') {
        Some(more) => (more, usual()),
        None => (list, Vec::new()),
    };
    for name in list.split(',') {
        let name = name.strip_prefix('+').unwrap_or(name);
        let column = COLUMNS.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        let names = || COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
        chosen.push(
            column.ok_or_else(|| format!("there is no column \"{}\"; there are {}", name.escape_debug(), names()))?,
        );
    }
    Ok(Choice(chosen))
}

/// The end of the help.
pub fn help() -> String {
    let mut out =
        "Every segment of this IPC namespace is shown, whether you may read it or not.\n\nColumns:\n".to_owned();
    for column in &COLUMNS {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {:<8} {}", column.name, column.meaning);
    }
    out + "\nUsual columns: "
        + &usual().iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
        + "\n\nExit status: 0; 1 with --fail-if-any if anything is listed; 2 if nothing can be seen."
}
