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
    /// Run a program, and all that it starts, under the sanitizer
    Run(Box<Run>),
    /// List the shared memory segments of this machine
    Ls(Ls),
    /// Tell all that can be known of one segment
    Info(Info),
    /// Remove segments, with care
    Rm(Rm),
    /// Show the limits, what is used of them, and who removes segments unasked
    Limits(Limits),
    /// Tell of a rule what it means and how it is mended; without one, list them all
    Explain {
        /// The name of a rule, as a report has it behind "shmsan:"
        rule: Option<String>,
    },
    /// Not for users, so it stands in no help: `shmsan --generate FOLDER` is what `make` runs.
    #[command(skip)]
    Generate(PathBuf),
}

/// Behind the help of `run`.
const STATUS: &str = "The exit status is the program's own; 125 where shmsan itself fails, 126 where the program cannot be \
                      executed, 127 where it is not found. If the program dies by a signal, so does shmsan.";

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Args)]
#[command(override_usage = "shmsan run [OPTIONS] [--] COMMAND [ARGUMENTS]...", after_help = STATUS)]
pub struct Run {
    /// Give the program a fresh IPC namespace: it sees no segment of others, and nothing of its own stays
    #[arg(long)]
    pub isolate: bool,
    /// Wait so long for processes that the program leaves behind: 5s, 500ms, 2m
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub wait: Duration,
    /// Leave orphans to init: a program may ask for the pid of its parent
    #[arg(long)]
    pub no_subreaper: bool,
    /// Print every call of every process, as strace would, in one order of time; to standard error, or to a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub trace: Option<PathBuf>,
    /// Write reports, the trace and the verdict as text, or as lines of JSON
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Say nothing where nothing is found
    #[arg(long, short)]
    pub quiet: bool,
    /// The exit status of a run with errors whose program ended with 0; 0 leaves the program's own
    #[arg(long, value_name = "STATUS", default_value = "23")]
    pub error_exitcode: u8,
    /// Let warnings count as errors do
    #[arg(long)]
    pub werror: bool,
    /// Print lines for a suppressions file that keep what was found unsaid
    #[arg(long)]
    pub gen_suppressions: bool,
    /// Remove the segments that the run made and left, and that nobody has attached
    #[arg(long)]
    pub remove_leaks: bool,
    /// Write all reports to this file, and none to standard error
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// The library to be preloaded, where it does not lie beside this command or in ../lib
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
