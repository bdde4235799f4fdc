//! `shmsan run`: starts a program under the library, stays out of its way while it runs, and ends as it does.

mod environment;
mod failure;
mod isolate;
mod library;
pub mod library_options;
mod log;
mod processes;
mod program;
mod session;
mod supervisor;
mod watch;

use crate::args::Run;
use crate::machine::Ledgers;
use crate::output::complain;
use crate::sys::{self, Held, Status};
use environment::{ASAN, OPTIONS, PRELOAD, SESSION};
use failure::{Failure, plain, said};
use log::Log;
use session::Session;
use shmsan_core::options::TraceFormat;
use shmsan_core::options::written;
use std::env::var_os;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use supervisor::{Outcome, Supervisor};
use watch::Watch;

/// shmsan itself could not do it.
pub const FAILED: u8 = 125;

pub fn go(arguments: &Run) -> ExitCode {
    match run(arguments) {
        Ok(Status::Exited(code)) => ExitCode::from(code),
        Ok(Status::Killed(signal)) => {
            sys::die_of(signal);
            // The first process of a container does not die by a signal of its own.
            ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
        }
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::from(failure.status())
        }
    }
}

fn run(arguments: &Run) -> Result<Status, Failure> {
    let library = library::find(arguments.library.as_deref())?;
    let log = Log::begin(arguments.log_file.as_deref())?;
    if arguments.isolate {
        isolate::enter()?;
    }
    // From here on no signal ends this process, and the folder goes with the run.
    let held = Held::new().map_err(|error| Failure::Own(format!("signals cannot be held back: {}", said(&error))))?;
    let session = Session::begin()?;
    let outcome = prepare(arguments, &library, &session, &log).and_then(|options| {
        let mut watch = Watch::begin(arguments, session.inner(), &options, &log)?;
        let outcome = start(arguments, &held, &mut watch)?;
        let failed = watch.conclude(&outcome, &log);
        Ok((outcome, failed))
    });
    let removed = session.end();
    if arguments.isolate {
        Ledgers::default().forget_namespace();
    }
    held.release();
    let (Outcome { program, .. }, failed) = outcome?;
    if let Err(failure) = removed {
        log.say(&format!("shmsan: {failure}\n"));
    }
    Ok(match program {
        Status::Exited(0) if failed => Status::Exited(arguments.error_exitcode),
        program => program,
    })
}

/// Puts into the environment what lets the library in and tells it what to do; returns its options.
fn prepare(arguments: &Run, library: &Path, session: &Session, log: &Log) -> Result<OsString, Failure> {
    let mut given = arguments.library_options.given.clone();
    if let Some(file) = log.file() {
        let log_path = written("log_path", file.as_os_str().as_bytes());
        let why = || Failure::Own(format!("--log-file {}: has both kinds of quotes in it", plain(file)));
        given.extend([log_path.ok_or_else(why)?, b"log_pid=0".to_vec()]);
    }
    if watch::format(arguments) == TraceFormat::Json {
        given.push(b"trace_format=json".to_vec());
    }
    let options = environment::options(var_os(OPTIONS).as_deref(), &given)?;
    if !given.is_empty() {
        sys::set_environment(OPTIONS, &options);
    }
    sys::set_environment(SESSION, &watch::session(arguments, session.inner()));
    if let Some(options) = environment::asan(var_os(ASAN).as_deref()) {
        sys::set_environment(ASAN, &options);
    }
    let command = &arguments.command[0];
    if program::file_of(command).is_some_and(|file| program::is_of_musl(&file)) {
        log.say(&format!(
            "shmsan: {}: musl's loader starts no program beside a library for glibc: it runs unseen\n",
            plain(command)
        ));
        return Ok(options);
    }
    let library = session.name_for(library)?;
    sys::set_environment(PRELOAD, &environment::preload(&library, var_os(PRELOAD).as_deref()));
    Ok(options)
}

/// Starts the program and sees it to its end.
fn start(arguments: &Run, held: &Held, watch: &mut Watch<'_>) -> Result<Outcome, Failure> {
    let failed = |what: &'static str| move |error| Failure::Own(format!("{what}: {}", said(&error)));
    if !arguments.no_subreaper {
        sys::become_subreaper().map_err(failed("orphans cannot be waited for; --no-subreaper leaves them alone"))?;
    }
    let strangers = processes::children_of(std::process::id().cast_signed());
    let command = &arguments.command[0];
    let started = sys::spawn(Command::new(command).args(&arguments.command[1..]), held);
    let program = started.map_err(|error| program::why_not(command, &error))?;
    Ok(Supervisor::new(held, program, strangers).watch(arguments.wait, watch))
}
