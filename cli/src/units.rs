//! What the compiler was called with, by the units of a program's debug information. The loader that finds lines does not tell.

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, Error, NativeEndian, SectionId};
use object::{Object, ObjectSection};
use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

/// Sections that are larger together are not read.
const LARGEST: u64 = 1 << 30;

type Slice = EndianSlice<'static, NativeEndian>;

pub struct Units(Context<Slice>);

impl Units {
    /// From the file that holds the debug information.
    pub fn load(path: &Path) -> Option<Self> {
        let cache = object::ReadCache::new(File::open(path).ok()?);
        let object = object::File::parse(&cache).ok()?;
        let sections =
            || object.sections().filter(|section| section.name().is_ok_and(|name| name.starts_with(".debug")));
        if sections().fold(0, |sum: u64, section| sum.saturating_add(section.size())) > LARGEST {
            return None;
        }
        let contents = |id: SectionId| {
            let section = object.section_by_name(id.name());
            let bytes = section.and_then(|section| section.uncompressed_data().ok()).map(Cow::into_owned);
            // Needed until the command ends.
            Ok::<_, Error>(Slice::new(Vec::leak(bytes.unwrap_or_default()), NativeEndian))
        };
        Context::from_dwarf(Dwarf::load(contents).ok()?).ok().map(Self)
    }

    /// The folder that the compiler was in, and the name of the file that it was given.
    pub fn names_at(&self, address: u64) -> (Option<String>, Option<String>) {
        let text = |slice: Slice| slice.to_string_lossy().into_owned();
        let unit = self.0.find_dwarf_and_unit(address).skip_all_loads();
        unit.map(|unit| (unit.comp_dir.map(text), unit.name.map(text))).unwrap_or_default()
    }
}
