//! The library's options as options of `shmsan run`, made from the library's own table: none is missing, and a wrong value is
//! found before anything is started.

use crate::args::OF_THE_LIBRARY;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Arg, ArgMatches, Command, Error};
use shmsan_core::options::{Documented, Options, documented, written};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// Of these the command has its own, or they concern one process alone.
const LEFT_OUT: [&str; 6] = ["exitcode", "help", "log_path", "log_pid", "trace", "trace_format"];

/// These are names of files, and each process of the tree may stand in another folder.
const FILES: [&str; 2] = ["debug_file_directory", "suppressions"];

/// What the user has given, as `name=value`.
#[derive(Clone, Debug, Default)]
pub struct LibraryOptions {
    pub given: Vec<Vec<u8>>,
}

fn offered() -> impl Iterator<Item = Documented> {
    documented().filter(|option| !LEFT_OUT.contains(&option.name))
}

impl clap::Args for LibraryOptions {
    fn augment_args(command: Command) -> Command {
        offered().fold(command, |command, option| command.arg(argument(&option)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn argument(option: &Documented) -> Arg {
    let Documented { name, default, values, meaning } = option;
    let (name, long) = (*name, name.replace('_', "-"));
    let default = if default.is_empty() { "none" } else { default };
    let mut help = format!("{meaning} ({values}; default {default})");
    help[..1].make_ascii_uppercase();
    let argument = Arg::new(name).long(long.clone()).value_name("VALUE").help(help).help_heading(OF_THE_LIBRARY);
    let argument = if long == name { argument } else { argument.alias(name) };
    argument.overrides_with(name).value_parser(OsStringValueParser::new().try_map(move |value| as_written(name, value)))
}

/// `name=value`, if the library can use it.
fn as_written(name: &str, value: OsString) -> Result<Vec<u8>, String> {
    Options::check(name, value.as_bytes())?;
    let absolute = if FILES.contains(&name) && !value.is_empty() {
        std::path::absolute(&value).map_err(|error| error.to_string())?.into_os_string()
    } else {
        value
    };
    written(name, absolute.as_bytes()).ok_or_else(|| "has a separator and both kinds of quotes in it".to_owned())
}

impl clap::FromArgMatches for LibraryOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut options = Self::default();
        options.update_from_arg_matches(matches)?;
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.given = offered().filter_map(|option| matches.get_one::<Vec<u8>>(option.name).cloned()).collect();
        Ok(())
    }
}
