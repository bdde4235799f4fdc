//! The command `shmsan`: reads the command line and hands over to the verb. It links no library of ours that exports
//! `shmget`: what it does itself is never shimmed.

mod args;
mod explain;
mod generate;
mod info;
mod journal;
mod limits;
mod ls;
mod machine;
mod output;
mod progress;
mod rm;
mod run;
mod symbols;
mod sys;
mod table;
mod units;
mod verdict;

use args::Verb;
use std::process::ExitCode;

fn main() -> ExitCode {
    match args::read() {
        Ok(Verb::Run(arguments)) => run::go(&arguments),
        Ok(Verb::Ls(ls)) => ls::go(&ls),
        Ok(Verb::Info(info)) => info::go(&info),
        Ok(Verb::Rm(rm)) => rm::go(&rm),
        Ok(Verb::Limits(limits)) => limits::go(&limits),
        Ok(Verb::Explain { rule }) => explain::go(rule.as_deref()),
        Ok(Verb::Generate(folder)) => generate::go(&folder),
        Err(status) => status,
    }
}
