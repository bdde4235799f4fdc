//! An address as the frames it stands for. What was read of a file is kept, and so is what was found: a trace asks for the
//! same few places again and again. All of it under one lock, with signals held back, on a stack of our own.

use super::elf::Elf;
use super::lines::Lines;
use super::modules::{self, Module, Proof};
use super::room::Lack;
use super::separate;
use super::symbols::Symbols;
use crate::kernel::own_stack::OwnStack;
use crate::kernel::{self, signal};
use crate::lock::{Locked, RawLock};
use crate::state::options;
use shmsan_core::demangle;
use shmsan_core::record;
use shmsan_core::site::Frame;
use std::ffi::CString;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI32};

/// So many places are remembered, and so many files.
const PLACES: usize = 1024;
const FILES: usize = 128;

static KNOWN: Locked<Known> = Locked::new(Known { files: Vec::new(), places: Vec::new(), stack: OwnStack::new() });

/// The thread that is reading a file. What goes wrong there costs that file, and not the checks.
static READER: AtomicI32 = AtomicI32::new(0);

pub const fn lock() -> &'static RawLock {
    KNOWN.raw()
}

/// Whether a panic of this thread, now, would be one over a file that makes no sense.
pub fn is_reading_here() -> bool {
    READER.load(Relaxed) == kernel::tid()
}

/// What `address` stands for, the innermost inlined function first; never empty.
pub fn frames(address: usize) -> Vec<Frame> {
    let found = signal::undisturbed(|| look_up(address));
    found.unwrap_or_else(|| in_module(address, modules::find(address).as_ref(), Vec::new()))
}

/// What `address` stood for in another process, which had this module there.
pub fn frames_elsewhere(address: usize, module: &record::Module) -> Vec<Frame> {
    let module = Module::of_another(module);
    let look_up = |known: &mut Known| {
        let Known { files, stack, .. } = known;
        stack.run(|| contained(|| find(files, address, &module))).flatten().flatten()
    };
    let found = if options().symbolize { signal::undisturbed(|| KNOWN.with(look_up).flatten()) } else { None };
    in_module(address, Some(&module), found.unwrap_or_default())
}

/// `None` where another thread takes too long over a large file, or was lost by a fork: it is waited for once.
fn look_up(address: usize) -> Option<Vec<Frame>> {
    static WAITED_IN_VAIN: AtomicBool = AtomicBool::new(false);
    let look_up = |known: &mut Known| known.frames(address);
    if WAITED_IN_VAIN.load(Relaxed) {
        return KNOWN.with_if_free(look_up).flatten();
    }
    let found = KNOWN.with(look_up);
    WAITED_IN_VAIN.fetch_or(found.is_none(), Relaxed);
    found.flatten()
}

/// The frames that were `found`, or one that tells the module alone.
fn in_module(address: usize, module: Option<&Module>, mut found: Vec<Frame>) -> Vec<Frame> {
    let place = module.map(|module| (module.base_name(), address.wrapping_sub(module.bias)));
    if found.is_empty() {
        found.push(Frame::default());
    }
    for frame in &mut found {
        frame.module.clone_from(&place);
        frame.address = address;
    }
    found
}

struct Known {
    files: Vec<File>,
    /// By address; each slot holds the last one of those that share it.
    places: Vec<Option<Place>>,
    stack: OwnStack,
}

/// Wherever it was loaded, and however often.
struct File {
    path: Vec<u8>,
    proof: Proof,
    contents: Option<Contents>,
}

struct Contents {
    lines: Option<Lines>,
    symbols: Option<Symbols>,
}

struct Place {
    address: usize,
    module: Module,
    frames: Vec<Frame>,
}

impl Known {
    fn frames(&mut self, address: usize) -> Option<Vec<Frame>> {
        let Self { files, places, stack } = self;
        stack.run(|| contained(|| recall(files, places, address))).flatten()
    }
}

/// What is known of `address`, or can be found out.
fn recall(files: &mut Vec<File>, places: &mut Vec<Option<Place>>, address: usize) -> Vec<Frame> {
    if places.is_empty() {
        places.resize_with(PLACES, || None);
    }
    let slot = &mut places[address % PLACES];
    if let Some(place) = slot.as_ref().filter(|place| place.address == address && place.module.is_still_at(address)) {
        return place.frames.clone();
    }
    let Some(module) = modules::find(address) else { return in_module(address, None, Vec::new()) };
    let found = if options().symbolize { find(files, address, &module) } else { Some(Vec::new()) };
    let Some(found) = found else { return in_module(address, Some(&module), Vec::new()) };
    let frames = in_module(address, Some(&module), found);
    *slot = Some(Place { address, module, frames: frames.clone() });
    frames
}

/// Runs `work`; a panic in it is one over a file that makes no sense, and ends here.
fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    READER.store(kernel::tid(), Relaxed);
    let result = panic::catch_unwind(AssertUnwindSafe(work)).ok();
    READER.store(0, Relaxed);
    result
}

/// What the module's file says of `address`; `None` where it cannot be asked now.
fn find(files: &mut Vec<File>, address: usize, module: &Module) -> Option<Vec<Frame>> {
    let known = files.iter().position(|file| file.path == module.path && file.proof == module.proof);
    let number = match known {
        Some(number) => number,
        None if files.len() == FILES => return None,
        None => {
            // It is there, and empty, should this make no sense.
            files.push(File { path: module.path.clone(), proof: module.proof.clone(), contents: None });
            match load(module) {
                Err(Lack::ForNow) => {
                    files.pop();
                    return None;
                }
                contents => files.last_mut()?.contents = contents.ok(),
            }
            files.len() - 1
        }
    };
    // Taken out while it is read: should it make no sense, it stays out.
    let contents = files[number].contents.take();
    let frames = contents.as_ref().map(|contents| contents.find(address.wrapping_sub(module.bias) as u64));
    files[number].contents = contents;
    Some(frames.unwrap_or_default())
}

fn load(module: &Module) -> Result<Contents, Lack> {
    let own = match own_file(module) {
        Err(Lack::ForNow) => return Err(Lack::ForNow),
        own => own.ok(),
    };
    let has_lines = own.as_ref().is_some_and(|own| own.has(b".debug_info"));
    let separate = match &module.proof {
        Proof::BuildId(build_id) if !has_lines => match separate::find(build_id, own.as_ref(), module.path()) {
            Err(Lack::ForNow) => return Err(Lack::ForNow),
            separate => separate.ok(),
        },
        _ => None,
    };
    let (debug, path) = match (&separate, &own) {
        (Some((debug, path)), _) => (Some(debug), path.as_slice()),
        (None, own) => (own.as_ref(), module.path()),
    };
    let lines = debug.map_or(Err(Lack::ForGood), |elf| Lines::load(elf, separate::find_shared(elf, path).as_ref()));
    let tables = [
        own.as_ref().map(|elf| (elf, Symbols::WHOLE)),
        separate.as_ref().map(|(elf, _)| (elf, Symbols::WHOLE)),
        own.as_ref().map(|elf| (elf, Symbols::DYNAMIC)),
    ];
    let symbols = tables.into_iter().flatten().find_map(|(elf, names)| Symbols::load(elf, names).ok());
    if lines.as_ref().is_err_and(|lack| *lack == Lack::ForNow) {
        return Err(Lack::ForNow);
    }
    Ok(Contents { lines: lines.ok(), symbols })
}

/// The file that was loaded, if that is still there.
fn own_file(module: &Module) -> Result<Elf, Lack> {
    let opened = if module.path.is_empty() { Elf::open(c"/proc/self/exe") } else { Err(Lack::ForGood) };
    let elf = match opened {
        Err(Lack::ForGood) => Elf::open(&CString::new(module.path()).map_err(|_| Lack::ForGood)?)?,
        opened => opened?,
    };
    let is_it = match &module.proof {
        Proof::BuildId(build_id) => elf.build_id().as_ref() == Some(build_id),
        Proof::Beginning(bytes) => elf.beginning(bytes.len() as u64).as_ref() == Ok(bytes),
        Proof::Nothing => false,
    };
    if is_it { Ok(elf) } else { Err(Lack::ForGood) }
}

impl Contents {
    fn find(&self, address: u64) -> Vec<Frame> {
        let mut frames = self.lines.as_ref().map(|lines| lines.find(address)).unwrap_or_default();
        let symbol = self.symbols.as_ref().and_then(|symbols| symbols.find(address));
        let Some((name, begin)) = symbol else { return frames };
        if frames.is_empty() {
            frames.push(Frame::default());
        }
        // The outermost is the function that the table knows; debug information for lines alone leaves its name out.
        if let Some(outermost) = frames.last_mut().filter(|frame| frame.function.is_none()) {
            outermost.function = Some(demangle::function(name));
            outermost.function_offset = usize::try_from(address - begin).unwrap_or_default();
        }
        frames
    }
}
