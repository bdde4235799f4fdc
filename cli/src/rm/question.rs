//! Asks the user, who must be there.

use std::io::{IsTerminal, Write, stderr, stdin};

/// What the user said.
pub enum Answer {
    Yes,
    No,
    NobodyThere,
}

/// Anything but a clear yes is a no.
pub fn ask(question: &str) -> Answer {
    if !stdin().is_terminal() {
        return Answer::NobodyThere;
    }
    if write!(stderr(), "{question} [y/N] ").and_then(|()| stderr().flush()).is_err() {
        return Answer::NobodyThere;
    }
    let mut line = String::new();
    match stdin().read_line(&mut line) {
        Ok(_) if ["y", "yes"].contains(&line.trim().to_lowercase().as_str()) => Answer::Yes,
        _ => Answer::No,
    }
}
