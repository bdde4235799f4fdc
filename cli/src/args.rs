//! The command line: every verb with its options, defined once. Help, completions and man pages are made from it.

use crate::info::Info;
use crate::limits::Limits;
use crate::ls::Ls;
use crate::output::FAILED;
use crate::rm::Rm;
use crate::run::{self, library_options::LibraryOptions};
use clap::error::ErrorKind;
use clap::{Args, Command, CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// What the options that the library has too are listed under.
pub const OF_THE_LIBRARY: &str = "Options of the library, as in SHMSAN_OPTIONS";

#[derive(Debug, Parser)]
#[command(name = "shmsan", version, about = "A sanitizer for System V shared memory", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run a program, and everything it starts, under the sanitizer
    Run(Box<Run>),
    /// List the shared memory segments of this machine
    Ls(Ls),
    /// Show everything that can be known about one segment
    Info(Info),
    /// Remove segments, with care
    Rm(Rm),
    /// Show the limits, how much of them is used, and what removes segments unasked
    Limits(Limits),
    /// Explain a rule: what it means, and how to fix it; without a name, list all rules
    Explain {
        /// Name of the rule, which stands after "shmsan:" in a report
        rule: Option<String>,
    },
    /// Not for users, so it stands in no help: `shmsan --generate FOLDER` is what `make` runs.
    #[command(skip)]
    Generate(PathBuf),
}

/// Behind the help of `run`.
const STATUS: &str = "The exit status is the program's own; 125 if shmsan itself fails, 126 if the program cannot be \
                      executed, 127 if it is not found. If the program dies by a signal, so does shmsan.";

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Args)]
#[command(override_usage = "shmsan run [OPTIONS] [--] COMMAND [ARGUMENTS]...", after_help = STATUS)]
pub struct Run {
    /// Use a new IPC namespace: the program sees nobody else's segments, and its own are gone afterwards
    #[arg(long)]
    pub isolate: bool,
    /// How long to wait for processes that the program leaves behind: 5s, 500ms, 2m
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub wait: Duration,
    /// Do not adopt orphaned processes, for programs that look at the pid of their parent
    #[arg(long)]
    pub no_subreaper: bool,
    /// Print every call of every process as strace would, ordered by time, to standard error or to FILE
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub trace: Option<PathBuf>,
    /// Format of the reports, the trace and the verdict: text, or lines of JSON
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Print nothing if nothing is found
    #[arg(long, short)]
    pub quiet: bool,
    /// Exit status if errors are found and the program itself exits with 0; 0 keeps the program's own
    #[arg(long, value_name = "STATUS", default_value = "23")]
    pub error_exitcode: u8,
    /// Count warnings as errors
    #[arg(long)]
    pub werror: bool,
    /// Print lines for a suppressions file that keep what was found unsaid, after everything else; or append them to FILE
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub gen_suppressions: Option<PathBuf>,
    /// Remove the segments that the run created and left behind, unless somebody has them attached
    #[arg(long)]
    pub remove_leaks: bool,
    /// Write all reports to FILE instead of standard error
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// The library to preload, if it is neither beside this command nor in ../lib
    #[arg(long, value_name = "FILE", env = "SHMSAN_LIBRARY")]
    pub library: Option<PathBuf>,
    #[command(flatten)]
    pub library_options: LibraryOptions,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// In which language a run is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// All that a user can write.
pub fn definitions() -> Command {
    Arguments::command()
}

/// What the user wants, or how to end where that was help, or cannot be understood.
pub fn read() -> Result<Verb, ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if let (Some(first), Some(folder), None) = (words.next(), words.next(), words.next())
        && first == "--generate"
    {
        return Ok(Verb::Generate(folder.into()));
    }
    Arguments::try_parse().map(|arguments| arguments.verb).map_err(|error| {
        // Where nobody can be told, the status alone must do.
        let _ = error.print();
        let is_run = std::env::args_os().nth(1).is_some_and(|verb| verb == "run");
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
            _ if is_run => ExitCode::from(run::FAILED),
            _ => ExitCode::from(FAILED),
        }
    })
}

pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let wrong = || "is no time as 500ms, 5s, 2m, 1h or 2d".to_owned();
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_millis(u64::from(number) * milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_do_not_contradict_one_another() {
        definitions().debug_assert();
    }

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        let cases = [
            ("5s", 5000),
            ("5", 5000),
            ("500ms", 500),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("2d", 172_800_000),
            ("0", 0),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "-1s", "1.5s", "1 s", "5x", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
