//! The calls of all processes in one order of time, as they happen: a call is held back until no earlier one can come.

use crate::journal::{Journal, Number};
use crate::symbols::Symbols;
use shmsan_core::event::Event;
use shmsan_core::options::TraceFormat;
use shmsan_core::report::{json, trace};
use shmsan_core::time::Time;
use std::fs::File;
use std::io::{self, Write};

pub struct Trace {
    out: Box<dyn Write>,
    format: TraceFormat,
    waiting: Vec<(Number, Event)>,
    /// Nobody reads any more, or there is no room: nothing more is written.
    broken: Option<io::Error>,
}

/// A call is in the journal so long after it began, unless the kernel itself took longer.
const HELD_BACK_NS: i64 = 20_000_000;

impl Trace {
    /// To standard error where no file is given.
    pub fn new(file: Option<File>, format: TraceFormat) -> Self {
        let out: Box<dyn Write> = match file {
            Some(file) => Box::new(io::BufWriter::new(file)),
            None => Box::new(io::BufWriter::new(io::stderr())),
        };
        Self { out, format, waiting: Vec::new(), broken: None }
    }

    pub fn add(&mut self, process: Number, event: &Event) {
        self.waiting.push((process, *event));
    }

    /// Writes what began before `now` by some margin; at the end of the run, `None`, all there is.
    pub fn write(&mut self, now: Option<Time>, journal: &Journal, symbols: &mut Symbols) {
        // A stable order: a process's own calls stay as they were.
        self.waiting.sort_by_key(|(_, event)| event.stamp.time);
        let ready = match now {
            Some(now) => self.waiting.partition_point(|(_, event)| event.stamp.time.0 + HELD_BACK_NS < now.0),
            None => self.waiting.len(),
        };
        for (process, event) in self.waiting.drain(..ready) {
            let process = journal.process(process);
            let frame = symbols.frame(&process.places, event.site);
            let line = match self.format {
                TraceFormat::Text => trace::line(&event, &frame),
                TraceFormat::Json => json::call(&event, Some(&process.program.exe), &frame),
            };
            if self.broken.is_none() {
                self.broken = self.out.write_all(line.as_bytes()).err();
            }
        }
        if self.broken.is_none() {
            self.broken = self.out.flush().err();
        }
    }

    /// Why the trace is not whole.
    pub fn trouble(&self) -> Option<&io::Error> {
        self.broken.as_ref()
    }
}
