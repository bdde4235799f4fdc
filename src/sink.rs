//! Where reports go: what log_path names, and standard error when that fails. Descriptors are the program's: none of
//! ours stays open, and nothing that goes wrong here may stop the program or hurt its data. No lock is held here.

mod log;
mod output;
mod stream;

use crate::identity;
use crate::kernel::file::Descriptor;
use crate::kernel::gate;
use crate::state;
use log::Log;
use once_cell::race::OnceBox;
use output::Output;
use shmsan_core::errno::Errno;
use shmsan_core::options::{Color, LogPath, Options, TraceFormat};
use shmsan_core::report::paint::Paint;
use shmsan_core::text::counted;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64};
use stream::Stream;

static STDERR: Stream = Stream::new(libc::STDERR_FILENO);
static STDOUT: Stream = Stream::new(libc::STDOUT_FILENO);
static CHOICE: OnceBox<Choice> = OnceBox::new();
static BEFORE_IT: Choice = Choice { destination: Destination::Stderr, takes: TraceFormat::Text };

/// What the user chose.
struct Choice {
    destination: Destination,
    takes: TraceFormat,
}

/// What log_path names.
enum Destination {
    Stderr,
    Stdout,
    File(Log),
}

/// Reports that could not be written; the next one that can be says so.
static DROPPED: AtomicU64 = AtomicU64::new(0);
/// Whether it was said that the log file cannot be written.
static LOG_FAILURE_SAID: AtomicBool = AtomicBool::new(false);

/// Why a text was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Closed, or not what it was at load.
    NotOurs,
    /// Nobody reads, or there is no room.
    NoRoom,
    /// A system call failed, with this errno.
    Failed(i32),
}

/// Remembers what stands behind descriptor 2; called at load, or at a call that comes before.
pub fn remember_stderr() {
    STDERR.remember();
}

/// From now on reports go where the options say; called once, when they are read.
pub fn choose(options: &Options) {
    let destination = match options.log() {
        LogPath::Stderr => Destination::Stderr,
        LogPath::Stdout => {
            STDOUT.remember();
            Destination::Stdout
        }
        LogPath::File(path) => Destination::File(Log::new(path, options.log_pid)),
    };
    // Another thread may have read the same options at the same time.
    let _ = CHOICE.set(Box::new(Choice { destination, takes: options.trace_format }));
}

fn choice() -> &'static Choice {
    CHOICE.get().unwrap_or(&BEFORE_IT)
}

/// Before a fork: no log file is open from now on, as far as one can wait for it.
pub fn before_fork() {
    gate::close();
}

/// After a fork, in the parent.
pub fn after_fork_in_parent() {
    gate::open();
}

/// After a fork, in the child.
pub fn after_fork_in_child() {
    gate::open_in_child();
}

/// Writes a report or a trace line where the user wants it, or counts it as dropped.
pub fn report(text: &[u8]) {
    let Choice { destination, takes } = choice();
    let dropped = DROPPED.swap(0, SeqCst);
    let written = if dropped == 0 {
        write(destination, text)
    } else {
        let (pid, reports) = (identity::pid(), counted(dropped, "report"));
        let note = format!("=={pid}==shmsan: {reports} before this one could not be written\n");
        match takes {
            TraceFormat::Text => write(destination, &[note.as_bytes(), text].concat()),
            TraceFormat::Json => {
                complain(note.as_bytes());
                write(destination, text)
            }
        }
    };
    if written.is_err() {
        DROPPED.fetch_add(dropped + 1, SeqCst);
    }
}

/// Writes a line about ourselves: beside the reports, unless these are for a program to read.
pub fn say(text: &[u8]) {
    match choice().takes {
        TraceFormat::Text => report(text),
        TraceFormat::Json => complain(text),
    }
}

/// Writes to standard error, whatever the user chose: what is wrong with the choice itself.
pub fn complain(text: &[u8]) {
    // It is no report that would be missed.
    let _ = STDERR.write(text);
}

fn write(destination: &Destination, text: &[u8]) -> Result<(), Refused> {
    match destination {
        Destination::Stderr => STDERR.write(text),
        Destination::Stdout => STDOUT.write(text),
        Destination::File(log) => log.write(text).or_else(|refused| match refused {
            Refused::Failed(errno) => write_in_place_of(log, Errno(errno), text),
            refused => Err(refused),
        }),
    }
}

/// Goes to standard error with what the log file did not take, and says why, the first time.
#[cold]
fn write_in_place_of(log: &Log, errno: Errno, text: &[u8]) -> Result<(), Refused> {
    if LOG_FAILURE_SAID.swap(true, SeqCst) {
        return STDERR.write(text);
    }
    let pid = identity::pid();
    let note = format!("=={pid}==shmsan: log_path: {log}: {errno}; what it does not take goes to standard error\n");
    STDERR.write(&[note.as_bytes(), text].concat())
}

/// How many reports could not be written since the last one that could.
pub fn dropped() -> u64 {
    DROPPED.load(SeqCst)
}

/// Whether reports are coloured: on a terminal, unless the user chose.
pub fn paint() -> Paint {
    let terminal = || match choice().destination {
        Destination::Stderr => STDERR.is_terminal(),
        Destination::Stdout => STDOUT.is_terminal(),
        Destination::File(_) => false,
    };
    let coloured = match state::options().color {
        Color::Auto => !state::is_plain_wanted() && terminal(),
        Color::Always => true,
        Color::Never => false,
    };
    if coloured { Paint::Colour } else { Paint::Plain }
}

/// Writes to a descriptor that the program named itself.
pub fn to_descriptor(descriptor: Descriptor, text: &[u8]) -> Result<(), i32> {
    let status = descriptor.status()?;
    Output::new(descriptor, &status).write(text).map_err(|refused| match refused {
        Refused::Failed(errno) => errno,
        Refused::NotOurs | Refused::NoRoom => libc::EAGAIN,
    })
}
