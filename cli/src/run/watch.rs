//! What the journals of a run are read for: its trace while it runs, and its verdict in the end.

use super::failure::{Failure, plain, said};
use super::log::Log;
use super::processes::Running;
use super::program;
use super::supervisor::{Ended, Outcome, Witness};
use crate::args::{Format, Run};
use crate::journal::Journal;
use crate::symbols::Symbols;
use crate::sys::Status;
use crate::verdict::{Count, End, Here, History, Style, Trace, Verdict};
use rustix::time::{ClockId, clock_gettime};
use shmsan_core::options::{Color, Options, TraceFormat};
use shmsan_core::report::paint::Paint;
use shmsan_core::suppress::Suppressions;
use shmsan_core::text::{Plain, counted, shortened};
use shmsan_core::time::Time;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{IsTerminal, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a call may wait for its line, and what of the machine's time looking may take.
const SOON: Duration = Duration::from_millis(20);
const SHARE: u32 = 50;
/// How often it is looked who is gone.
const NOW_AND_THEN: Duration = Duration::from_secs(1);
/// As much of a command line as is shown.
const SHOWN: usize = 100;
/// The first bytes of SHMSAN_SESSION where every call is wanted, for which see the library's journal.
const EVERY_CALL: &str = "trace:";

pub struct Watch<'a> {
    arguments: &'a Run,
    history: History<Here>,
    options: Options,
    suppressions: Suppressions,
    /// Where lines are added that would suppress what is found; `None` for where the verdict goes.
    new_suppressions: Option<File>,
    tidied: Instant,
    /// Pids of the tree that were seen.
    seen: HashSet<i32>,
}

impl<'a> Watch<'a> {
    /// To be made before the program starts. `folder` is the one that the journals go into, and `options` what the library
    /// is told.
    pub fn begin(arguments: &'a Run, folder: &Path, options: &OsStr, log: &Log) -> Result<Self, Failure> {
        let (options, _) = Options::read(&[("SHMSAN_OPTIONS", options.as_bytes())]);
        let opened = File::open(folder).map_err(|error| Failure::Own(format!("{}: {}", plain(folder), said(&error))));
        let mut symbols = Symbols::default();
        symbols.strip_path_prefix.clone_from(&options.strip_path_prefix);
        symbols.debug_file_directory = PathBuf::from(OsString::from_vec(options.debug_file_directory.clone()));
        let mut suppressions = Suppressions::default();
        if !options.suppressions.is_empty() {
            let path = Path::new(OsStr::from_bytes(&options.suppressions));
            let text = std::fs::read(path)
                .map_err(|error| Failure::Own(format!("--suppressions {}: {}", plain(path), said(&error))))?;
            for complaint in suppressions.add(&text) {
                log.say(&format!("shmsan: suppressions: {}: {complaint}\n", plain(path)));
            }
        }
        suppressions.add_built_in();
        let new_suppressions = new_suppressions(arguments)?;
        let trace = trace(arguments)?;
        let history = History::new(Journal::new(OwnedFd::from(opened?)), Here::new(), symbols, trace);
        let (tidied, seen) = (Instant::now(), HashSet::new());
        Ok(Self { arguments, history, options, suppressions, new_suppressions, tidied, seen })
    }

    /// The verdict over the run, written to `log`; says whether it failed.
    pub fn conclude(mut self, outcome: &Outcome, log: &Log) -> bool {
        let running: Vec<_> = outcome.running.iter().map(|running| running.pid).collect();
        let file = program::file_of(&self.arguments.command[0]);
        let unwatched = file.and_then(|file| program::unwatched(&file)).map(|why| (outcome.pid, why));
        let (isolated, removes) = (self.arguments.isolate, self.arguments.remove_leaks);
        let mut verdict =
            self.history.judge(&End { now: now(), running: &running, seen: &self.seen, unwatched, isolated, removes });
        verdict.findings.retain(|finding| self.options.checks.contains(finding.rule));
        if !self.options.detect_leaks {
            verdict.forget_leaks();
        }
        self.history.suppress(&mut verdict, &self.suppressions);
        let style =
            Style { format: format(self.arguments), paint: self.paint(log), quiet: self.arguments.quiet, now: now() };
        log.say(&self.history.write(&verdict, &still_running(&outcome.running), style));
        self.say_used_suppressions(log);
        self.history.troubles().iter().for_each(|trouble| log.say(&format!("shmsan: {trouble}\n")));
        if self.arguments.remove_leaks {
            self.history.remove(&verdict).iter().for_each(|line| log.say(&format!("shmsan: {line}\n")));
        }
        if self.arguments.gen_suppressions.is_some() {
            self.suggest_suppressions(&verdict, log);
        }
        let Count { errors, warnings } = verdict.count();
        errors > 0 || self.arguments.werror && warnings > 0
    }

    fn say_used_suppressions(&self, log: &Log) {
        if !self.options.print_suppressions {
            return;
        }
        for (times, text) in self.suppressions.used() {
            let (times, text) = (counted(times, "time"), Plain(text.as_bytes()));
            log.say(&format!("shmsan: suppression used {times} by the verdict: {text}\n"));
        }
    }

    /// One block, which can be copied as it is.
    fn suggest_suppressions(&mut self, verdict: &Verdict, log: &Log) {
        let lines = self.history.suppressions(verdict);
        if lines.is_empty() {
            return;
        }
        match &mut self.new_suppressions {
            None => log.say(&format!("# for a file that --suppressions names:\n{lines}")),
            Some(file) => {
                if let Err(error) = file.write_all(lines.as_bytes()) {
                    log.say(&format!("shmsan: --gen-suppressions: {}\n", said(&error)));
                }
            }
        }
    }

    fn paint(&self, log: &Log) -> Paint {
        let dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let plain = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || dumb();
        let wanted = match self.options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => log.file().is_none() && std::io::stderr().is_terminal() && !plain(),
        };
        if wanted { Paint::Colour } else { Paint::Plain }
    }
}

impl Witness for Watch<'_> {
    fn look(&mut self) -> Option<Duration> {
        let begin = Instant::now();
        self.history.look(now());
        if self.tidied.elapsed() >= NOW_AND_THEN {
            self.tidied = Instant::now();
            self.history.tidy(now());
        }
        Some(SOON.max(begin.elapsed() * SHARE))
    }

    fn note(&mut self, ended: &Ended) {
        self.seen.insert(ended.pid);
        if let Status::Killed(signal) = ended.status {
            // What it wrote last.
            self.history.look(now());
            self.history.killed(ended.pid, ended.began, signal, now());
        }
    }
}

/// What stands in SHMSAN_SESSION.
pub fn session(arguments: &Run, folder: &Path) -> OsString {
    let before = if arguments.trace.is_some() { EVERY_CALL } else { "" };
    [OsStr::new(before), folder.as_os_str()].into_iter().collect()
}

pub fn format(arguments: &Run) -> TraceFormat {
    match arguments.format {
        Format::Text => TraceFormat::Text,
        Format::Json => TraceFormat::Json,
    }
}

/// Who is left out of the verdict.
fn still_running(running: &[Running]) -> String {
    let mut out = String::new();
    for Running { pid, command } in running {
        let command = shortened(&Plain(command).to_string(), SHOWN);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "shmsan: still running, not judged: pid {pid}, {command}");
    }
    out
}

fn new_suppressions(arguments: &Run) -> Result<Option<File>, Failure> {
    let path = arguments.gen_suppressions.as_deref();
    path.map_or(Ok(None), |path| file_of("--gen-suppressions", path, OpenOptions::new().append(true)))
}

/// The file that an option names, made where there is none; without a name what it is for goes where the reports go.
fn file_of(option: &str, path: &Path, how: &mut OpenOptions) -> Result<Option<File>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let why = |error| Failure::Own(format!("{option}={}: {}", plain(path), said(&error)));
    how.create(true).open(path).map(Some).map_err(why)
}

fn trace(arguments: &Run) -> Result<Option<Trace>, Failure> {
    let Some(file) = &arguments.trace else { return Ok(None) };
    let file = file_of("--trace", file, OpenOptions::new().write(true).truncate(true))?;
    Ok(Some(Trace::new(file, format(arguments))))
}

fn now() -> Time {
    let now = clock_gettime(ClockId::Realtime);
    Time::new(now.tv_sec, now.tv_nsec)
}
