//! The command `shmsan`: reads the command line and hands over to the verb. It links no library of ours that exports
//! `shmget`: what it does itself is never shimmed.

mod args;
mod explain;
mod journal;
mod output;
mod sys;
mod verdict;

use args::Verb;
use std::process::ExitCode;

fn main() -> ExitCode {
    match args::read() {
        Verb::Explain { rule } => explain::go(rule.as_deref()),
    }
}
