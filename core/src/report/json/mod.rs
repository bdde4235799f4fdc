//! Events as JSON lines: one object a line, what is not known null. Only ever added to: a name that stood here once keeps its
//! place and meaning. docs/trace.md lists them.

mod call;
mod finding;
mod write;

pub use call::call;
pub use finding::{Spoke, Verdict, finding, summary, verdict};

use crate::event::Stamp;
use crate::site::Frame;
use crate::text::HARD_SPACE;
use write::Object;

/// What a reader may rely on; another number would be another language.
const VERSION: u32 = 1;

/// What every line begins with, apart from the event's name.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    pub stamp: Stamp,
    /// The program's file.
    pub exe: Option<&'a [u8]>,
}

/// A line of the event `name`, with its end.
fn line(header: Header<'_>, name: &'static str, fill: impl FnOnce(&mut Object<'_>)) -> String {
    // Few calls need more, and what does grows.
    let mut out = String::with_capacity(768);
    let Stamp { time, pid, tid } = header.stamp;
    Object::fill(&mut out, |line| {
        line.number("v", VERSION);
        line.text("time", time);
        line.number("pid", pid);
        line.number("tid", tid);
        line.bytes("exe", header.exe);
        line.text("event", name);
        fill(line);
    });
    out.push('\n');
    out
}

/// A place, each part where it is known.
fn site(object: &mut Object<'_>, name: &'static str, frame: &Frame) {
    let Frame { function, source, module, address, .. } = frame;
    object.object(name, |site| {
        site.bytes("function", function.as_ref().map(String::as_bytes));
        site.bytes("file", source.as_ref().map(|(file, _)| file.as_bytes()));
        site.optional("line", source.as_ref().map(|(_, line)| line));
        site.bytes("module", module.as_ref().map(|(module, _)| module.as_bytes()));
        site.address("offset", module.as_ref().map(|(_, offset)| *offset));
        // It says something only where nothing else does: it is another one in each run.
        site.address("address", Some(*address).filter(|address| *address != 0 && module.is_none()));
    });
}

/// Prose without the marks that keep a command on one line.
fn prose(text: &str) -> String {
    text.replace(HARD_SPACE, " ")
}

#[cfg(test)]
mod tests;
