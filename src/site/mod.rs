//! Who called: kept as cheaply as the call allows, and looked up only when something is printed.

mod elf;
mod lines;
mod lookup;
mod modules;
mod room;
mod said;
mod separate;
mod sources;
mod stacks;
mod stored;
mod symbols;

pub use lookup::{is_reading_here, lock};
pub use said::Said;
pub use stored::stored;

use crate::abi;
use crate::state::options;
use shmsan_core::record::Places;
use shmsan_core::site::{Frame, Site, Spot, end_at_main, most_telling};
use stacks::{LastBefore, Stack};
use std::ffi::{c_char, c_int};

/// Where a call came from, as the export that took it knows.
#[derive(Clone, Copy)]
pub enum Caller {
    /// The address the call returns to; 0 where it is not known.
    Return(usize),
    /// What the call-site macros passed on. The strings may go with the library that holds them.
    Source { file: *const c_char, line: c_int, function: *const c_char },
}

/// The first of them alone, which fits into a register.
#[derive(Clone, Copy)]
pub struct Return(pub usize);

/// What an export knows of its caller, in either form.
pub trait Calling: Copy + Into<Caller> {
    /// What can be kept of it.
    fn site(self) -> Site;

    /// A number that tells it from others, not quite surely.
    fn number(self) -> u64;
}

/// In a process that calls take the short way in: it is not taken where stacks are wanted.
impl Calling for Return {
    #[inline]
    fn site(self) -> Site {
        Site::at_return(self.0)
    }

    #[inline]
    fn number(self) -> u64 {
        self.0 as u64
    }
}

impl Calling for Caller {
    fn site(self) -> Site {
        if stacks::are_wanted() { keep_stack(self) } else { keep_innermost(self) }
    }

    #[inline]
    fn number(self) -> u64 {
        match self {
            Self::Return(address) => address as u64,
            Self::Source { file, line, .. } => file as u64 ^ u64::from(line.cast_unsigned()) << 48,
        }
    }
}

impl From<Return> for Caller {
    #[inline]
    fn from(Return(address): Return) -> Self {
        Self::Return(address)
    }
}

#[inline]
fn keep_innermost(caller: Caller) -> Site {
    match caller {
        Caller::Return(address) => Site::at_return(address),
        Caller::Source { file, line, function } => sources::keep(file, line, function),
    }
}

#[cold]
fn keep_stack(caller: Caller) -> Site {
    let innermost = keep_innermost(caller);
    match caller {
        Caller::Return(address) => stacks::keep(innermost, LastBefore::Stands(address)),
        Caller::Source { .. } => stacks::keep(innermost, LastBefore::Begins(&abi::calls_with_a_site())),
    }
}

/// Where a fault is, with the frames that led there; called below its handler.
pub fn keep_fault(instruction: usize) -> Site {
    stacks::keep_fault(instruction)
}

/// Before the first call: what the options ask for.
pub fn prepare() {
    stacks::want(options().context_size as usize);
}

/// What can be printed of it, the innermost frame first; never empty.
pub fn frames(site: Site) -> Vec<Frame> {
    let mut frames = innermost(site);
    if let Some(stack) = stack_of(site) {
        let mut callers = stack.callers.iter().map(|address| lookup::frames(*address));
        if let Spot::Source(_) = stack.innermost.spot() {
            // The macro has told more of it, but not what it was inlined into.
            frames.extend(callers.next().into_iter().flatten().skip(1));
        }
        frames.extend(callers.flatten());
        end_at_main(&mut frames);
    }
    frames.into_iter().map(without_prefix).collect()
}

/// One frame of it: the innermost, unless that is in libc.
pub fn frame(site: Site) -> Frame {
    let frames = if stack_of(site).is_some() { frames(site) } else { innermost(site) };
    most_telling(&frames).cloned().map(without_prefix).unwrap_or_default()
}

/// One frame of a place in another process, which may be gone: what it told of its places.
pub fn frame_elsewhere(site: Site, places: &Places) -> Frame {
    let frames = places.frames(site, &mut lookup::frames_elsewhere);
    most_telling(&frames).cloned().map(without_prefix).unwrap_or_default()
}

fn without_prefix(frame: Frame) -> Frame {
    frame.without_prefix(&options().strip_path_prefix)
}

fn stack_of(site: Site) -> Option<&'static Stack> {
    if let Spot::Stack(number) = site.spot() { stacks::stack(number) } else { None }
}

/// The call itself, with the functions it was inlined into.
fn innermost(site: Site) -> Vec<Frame> {
    match stack_of(site).map_or(site, |stack| stack.innermost).spot() {
        // One back: the call itself, and not the line after it.
        Spot::Return(address) => lookup::frames(address - 1),
        Spot::Source(number) => vec![sources::frame(number)],
        Spot::Unknown | Spot::Stack(_) => vec![Frame::default()],
    }
}
