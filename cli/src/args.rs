//! The command line: every verb with its options, defined once. Help, completions and man pages are made from it.

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "shmsan",
    version,
    about = "A sanitizer for System V shared memory",
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Tell of a rule what it means and how it is mended; without one, list them all
    Explain {
        /// The name of a rule, as a report has it behind "shmsan:"
        rule: Option<String>,
    },
}

/// What the user wants; for what cannot be understood, and for help, the process ends here.
pub fn read() -> Verb {
    Arguments::parse().verb
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_do_not_contradict_one_another() {
        Arguments::command().debug_assert();
    }
}
