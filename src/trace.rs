//! Each call as an event: a line as strace would print it (`trace=1`), a record in the journal of `shmsan run`. Nothing
//! here may change what the program sees.

use crate::kernel::clock;
use crate::site::{self, Caller, Calling};
use crate::state::options;
use crate::{identity, journal, memory, process, sink, thread};
use shmsan_core::call::{Addr, Call, Outcome};
use shmsan_core::detail::{Change, Detail, Limits, Status, Usage};
use shmsan_core::event::{Event, Stamp};
use shmsan_core::flags;
use shmsan_core::options::TraceFormat;
use shmsan_core::report::{json, trace};
use shmsan_core::time::Time;

const _: () = assert!(size_of::<libc::shmid_ds>() == Status::SIZE);

/// Begun before a call of which somebody wants to hear.
pub enum Watch {
    /// With all that it shows.
    Closely(Stopwatch),
    /// That it was made.
    Briefly(Option<Time>),
}

pub struct Stopwatch {
    /// What only could be seen before.
    change: Option<Change>,
    time: Time,
    begin_ns: u64,
}

impl Watch {
    /// `None` where nobody wants to hear of any call.
    pub fn start(call: &Call, caller: &Caller) -> Option<Self> {
        if options().trace || journal::wants_every_call() {
            return Some(Self::Closely(Stopwatch::start(call)));
        }
        journal::is_on().then(|| Self::Briefly(journal::time_of(call, caller)))
    }

    /// Prints the call's line, and stores its record.
    pub fn stop(self, call: &Call, outcome: Outcome, caller: &Caller) {
        match self {
            Self::Closely(stopwatch) => {
                let event = stopwatch.stop(call, outcome, caller);
                if options().trace {
                    print(&event);
                }
                if journal::wants_every_call() {
                    journal::call(&event);
                }
            }
            Self::Briefly(time) => {
                if journal::matters(call, outcome, caller) {
                    journal::brief_call(time, call, outcome, caller);
                }
            }
        }
    }
}

impl Stopwatch {
    fn start(call: &Call) -> Self {
        // The looks come first: they are no part of the call's duration.
        Self { change: memory::change(call), time: clock::time(), begin_ns: clock::monotonic_ns() }
    }

    fn stop(self, call: &Call, outcome: Outcome, caller: &Caller) -> Event {
        let duration_ns = clock::monotonic_ns().saturating_sub(self.begin_ns);
        // To ask the kernel who this is takes longer than a shmget. Of a record the pid stands in the journal's beginning.
        let stamp = if options().trace {
            identity::stamp(self.time)
        } else {
            Stamp { time: self.time, pid: process::known().unwrap_or_default(), tid: thread::id() }
        };
        Event {
            stamp,
            duration_ns,
            call: *call,
            outcome,
            site: caller.site(),
            detail: self.change.map(Detail::Change).or_else(|| detail(call, outcome)),
        }
    }
}

fn print(event: &Event) {
    let caller = site::frame(event.site);
    let line = match options().trace_format {
        TraceFormat::Text => trace::line(event, &caller),
        TraceFormat::Json => json::call(event, identity::exe(), &caller),
    };
    sink::report(line.as_bytes());
}

/// What the call's pointer leads to now that it is over. Another thread may have taken it away since.
fn detail(call: &Call, outcome: Outcome) -> Option<Detail> {
    match *call {
        Call::Ftok { path, .. } => memory::path(path).map(Detail::Path),
        Call::Control { command, buffer, .. } if outcome.is_ok() => filled(command, buffer),
        _ => None,
    }
}

/// The buffer that the kernel filled.
fn filled(command: i32, buffer: Addr) -> Option<Detail> {
    match command {
        flags::IPC_STAT | flags::SHM_STAT | flags::SHM_STAT_ANY => {
            Status::from_kernel(&memory::bytes(buffer)?).map(Detail::Status)
        }
        flags::IPC_INFO => Limits::from_kernel(&memory::bytes(buffer)?).map(Detail::Limits),
        flags::SHM_INFO => Usage::from_kernel(&memory::bytes(buffer)?).map(Detail::Usage),
        _ => None,
    }
}
