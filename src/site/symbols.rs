//! Names of functions from a symbol table, for places that the debug information says nothing of.

use super::elf::Elf;
use super::room::{self, Lack};
use object::NativeEndian as Native;
use object::elf::{STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE, Sym64};
use object::pod::slice_from_all_bytes;

pub struct Symbols {
    entries: &'static [Sym64<Native>],
    names: &'static [u8],
}

impl Symbols {
    /// Of the whole program, or where that was stripped, of what others may link to.
    pub const WHOLE: [&[u8]; 2] = [b".symtab", b".strtab"];
    pub const DYNAMIC: [&[u8]; 2] = [b".dynsym", b".dynstr"];

    pub fn load(elf: &Elf, [table, names]: [&[u8]; 2]) -> Result<Self, Lack> {
        if !elf.has(table) {
            return Err(Lack::ForGood);
        }
        let entries = room::keep(elf.contents(table)?)?;
        let entries = slice_from_all_bytes(entries).map_err(|()| Lack::ForGood)?;
        Ok(Self { entries, names: room::keep(elf.contents(names)?)? })
    }

    /// The function that `address` lies in, and where it begins. One whose size is not known may end anywhere.
    pub fn find(&self, address: u64) -> Option<(&'static str, u64)> {
        let functions = self.entries.iter().filter(|symbol| {
            let (kind, begin, size) = (symbol.st_type(), symbol.st_value.get(Native), symbol.st_size.get(Native));
            let is_code = kind == STT_FUNC || kind == STT_GNU_IFUNC || kind == STT_NOTYPE;
            // Undefined ones stand at 0.
            is_code && begin > 0 && begin <= address && address - begin < size
        });
        // Of several the narrowest; of aliases the first.
        let found = functions.fold(None, |best: Option<&Sym64<Native>>, symbol| match best {
            Some(best) if best.st_value.get(Native) >= symbol.st_value.get(Native) => Some(best),
            _ => Some(symbol),
        })?;
        let name = self.names.get(usize::try_from(found.st_name.get(Native)).ok()?..)?;
        let name = name.split(|byte| *byte == 0).next().filter(|name| !name.is_empty())?;
        Some((std::str::from_utf8(name).ok()?, found.st_value.get(Native)))
    }
}
