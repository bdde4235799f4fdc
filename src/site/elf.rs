//! An executable, library or debug file as it lies on the disk: its sections, as far as they are asked for. Nothing in it is
//! believed: it may be cut short, made by an enemy, or another one than was loaded.

use super::room::{self, Lack};
use crate::kernel::opened::Opened;
use miniz_oxide::inflate::decompress_slice_iter_to_slice;
use object::elf::{
    CompressionHeader64, ELFCOMPRESS_ZLIB, FileHeader64, NT_GNU_BUILD_ID, SHF_COMPRESSED, SHT_NOBITS, SHT_NOTE,
    SectionHeader64,
};
use object::pod::{from_bytes, slice_from_all_bytes};
use object::read::elf::{FileHeader, NoteIterator, SectionTable};
use object::{NativeEndian as Native, StringTable};
use std::ffi::CStr;

pub type Header = FileHeader64<Native>;
type Section = SectionHeader64<Native>;

/// More sections than any linker makes.
const MOST_SECTIONS: u64 = 1 << 16;
const LONGEST_NAMES: u64 = 4 << 20;
const LONGEST_NOTE: u64 = 64 << 10;

pub struct Elf {
    file: Opened,
    sections: Vec<u8>,
    names: Vec<u8>,
}

impl Elf {
    pub fn open(path: &CStr) -> Result<Self, Lack> {
        let file = Opened::open(path).map_err(|errno| match errno {
            libc::EMFILE | libc::ENFILE | libc::ENOMEM | libc::EINTR => Lack::ForNow,
            _ => Lack::ForGood,
        })?;
        let mut elf = Self { file, sections: Vec::new(), names: Vec::new() };
        let header = elf.read(0, size_of::<Header>() as u64)?;
        let (header, _) = from_bytes::<Header>(&header).map_err(|()| Lack::ForGood)?;
        let is_ours = header.is_supported() && usize::from(header.e_shentsize.get(Native)) == size_of::<Section>();
        let (offset, count) = (header.e_shoff.get(Native), u64::from(header.e_shnum.get(Native)));
        if !is_ours || count > MOST_SECTIONS {
            return Err(Lack::ForGood);
        }
        elf.sections = elf.read(offset, count * size_of::<Section>() as u64)?;
        let names = elf.table()?.get(usize::from(header.e_shstrndx.get(Native).0)).ok_or(Lack::ForGood)?;
        let (offset, size) = (names.sh_offset.get(Native), names.sh_size.get(Native));
        if size > LONGEST_NAMES {
            return Err(Lack::ForGood);
        }
        elf.names = elf.read(offset, size)?;
        Ok(elf)
    }

    /// Its first bytes, with the headers that a loader reads.
    pub fn beginning(&self, size: u64) -> Result<Vec<u8>, Lack> {
        self.read(0, size)
    }

    /// Whether there is such a section, with something in it.
    pub fn has(&self, name: &[u8]) -> bool {
        self.section(name)
            .is_some_and(|section| section.sh_type.get(Native) != SHT_NOBITS && section.sh_size.get(Native) > 0)
    }

    /// What a section holds, unpacked; nothing where there is none.
    pub fn contents(&self, name: &[u8]) -> Result<Vec<u8>, Lack> {
        let Some(section) = self.section(name).filter(|_| self.has(name)) else { return Ok(Vec::new()) };
        let bytes = self.read(section.sh_offset.get(Native), section.sh_size.get(Native))?;
        if section.sh_flags.get(Native).contains(SHF_COMPRESSED) { unpacked(&bytes) } else { Ok(bytes) }
    }

    /// The number that the linker gave this build.
    pub fn build_id(&self) -> Option<Vec<u8>> {
        let notes = self.table().ok()?.iter().filter(|section| section.sh_type.get(Native) == SHT_NOTE);
        notes
            .filter(|section| section.sh_size.get(Native) <= LONGEST_NOTE)
            .filter_map(|section| self.read(section.sh_offset.get(Native), section.sh_size.get(Native)).ok())
            .find_map(|note| build_id_in(&note))
    }

    fn section(&self, name: &[u8]) -> Option<&Section> {
        let names = StringTable::new(self.names.as_slice(), 0, self.names.len() as u64);
        let table: SectionTable<'_, Header> = SectionTable::new(self.table().ok()?, names);
        table.section_by_name(Native, name).map(|(_, section)| section)
    }

    fn table(&self) -> Result<&[Section], Lack> {
        slice_from_all_bytes(&self.sections).map_err(|()| Lack::ForGood)
    }

    fn read(&self, offset: u64, size: u64) -> Result<Vec<u8>, Lack> {
        if offset.checked_add(size).is_none_or(|end| end > self.file.length()) {
            return Err(Lack::ForGood);
        }
        let mut bytes = room::bytes(size)?;
        if self.file.read_exactly(offset, &mut bytes) { Ok(bytes) } else { Err(Lack::ForGood) }
    }
}

/// The build id among `notes`.
pub fn build_id_in(notes: &[u8]) -> Option<Vec<u8>> {
    let mut notes = NoteIterator::<Header>::new(Native, 4, notes).ok()?;
    while let Ok(Some(note)) = notes.next() {
        if note.name() == b"GNU" && note.n_type(Native) == NT_GNU_BUILD_ID && (2..=64).contains(&note.desc().len()) {
            return Some(note.desc().to_vec());
        }
    }
    None
}

/// What zlib has packed. The size that it says is asked for before, and never exceeded.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, Lack> {
    let (header, packed) = from_bytes::<CompressionHeader64<Native>>(bytes).map_err(|()| Lack::ForGood)?;
    if header.ch_type.get(Native) != ELFCOMPRESS_ZLIB {
        return Err(Lack::ForGood);
    }
    let mut out = room::bytes(header.ch_size.get(Native))?;
    match decompress_slice_iter_to_slice(&mut out, std::iter::once(packed), true, true) {
        Ok(size) if size == out.len() => Ok(out),
        _ => Err(Lack::ForGood),
    }
}
