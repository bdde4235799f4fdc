//! Functions and lines from the debug information of one file.

use super::elf::Elf;
use super::room::{self, Lack};
use addr2line::gimli::{Dwarf, EndianSlice, NativeEndian, SectionId, UnitRef};
use addr2line::{Context, Frame as Found};
use shmsan_core::demangle;
use shmsan_core::site::{Frame, as_given};
use std::cell::Cell;

type Slice = EndianSlice<'static, NativeEndian>;

pub struct Lines {
    context: Context<Slice>,
    /// Bytes of debug information: what a look into it may cost.
    size: usize,
}

impl Lines {
    pub fn load(elf: &Elf, shared: Option<&Elf>) -> Result<Self, Lack> {
        if !elf.has(b".debug_info") {
            return Err(Lack::ForGood);
        }
        let size = Cell::new(0);
        let section = |elf: &Elf, id: SectionId| {
            let bytes = if is_needed(id) { room::keep(elf.contents(id.name().as_bytes())?)? } else { &[] };
            size.set(size.get() + bytes.len());
            Ok(Slice::new(bytes, NativeEndian))
        };
        let mut dwarf = Dwarf::load(|id| section(elf, id))?;
        if let Some(shared) = shared {
            dwarf.load_sup(|id| section(shared, id))?;
        }
        let size = size.get();
        if !room::is_enough_for(size) {
            return Err(Lack::ForNow);
        }
        Ok(Self { context: Context::from_dwarf(dwarf).map_err(|_| Lack::ForGood)?, size })
    }

    /// What stands at `address` in the program's source: the innermost inlined function first.
    pub fn find(&self, address: u64) -> Vec<Frame> {
        if !room::is_enough_for(self.size) {
            return Vec::new();
        }
        let names = self.context.find_dwarf_and_unit(address).skip_all_loads().map(Names::new).unwrap_or_default();
        let Ok(mut found) = self.context.find_frames(address).skip_all_loads() else { return Vec::new() };
        let mut frames = Vec::new();
        while let Ok(Some(one)) = found.next() {
            frames.push(names.frame(&one));
            if frames.len() == MOST_INLINED {
                break;
            }
        }
        frames
    }
}

/// Nobody inlines deeper on purpose.
const MOST_INLINED: usize = 64;

/// Variables, macros and types are none of our business.
fn is_needed(id: SectionId) -> bool {
    use SectionId as Id;
    matches!(
        id,
        Id::DebugAbbrev
            | Id::DebugAddr
            | Id::DebugAranges
            | Id::DebugInfo
            | Id::DebugLine
            | Id::DebugLineStr
            | Id::DebugRanges
            | Id::DebugRngLists
            | Id::DebugStr
            | Id::DebugStrOffsets
    )
}

/// What the compiler was called with for one unit.
#[derive(Default)]
struct Names {
    folder: Option<String>,
    unit: Option<String>,
}

impl Names {
    fn new(unit: UnitRef<'_, Slice>) -> Self {
        let text = |slice: Slice| slice.to_string_lossy().into_owned();

        Self { folder: unit.comp_dir.map(text), unit: unit.name.map(text) }
    }

    fn frame(&self, found: &Found<'_, Slice>) -> Frame {
        let name = found.function.as_ref().and_then(|function| function.raw_name().ok());
        let source = found.location.as_ref().and_then(|location| {
            // Line 0 is the compiler's own code.
            let line = location.line.filter(|line| *line > 0)?;
            Some((as_given(location.file?, self.folder.as_deref(), self.unit.as_deref()).to_owned(), line))
        });
        Frame { function: name.map(|name| demangle::function(&name)), source, ..Frame::default() }
    }
}
