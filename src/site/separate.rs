//! Where the debug information lies when it is not in the program's own file: by build id below the debug directory, by the
//! name that the program gives beside it, and what several programs share. A file counts only with the right build id.

use super::elf::Elf;
use super::room::Lack;
use crate::state::options;
use std::ffi::CString;
use std::fmt::Write;

/// The debug file of a module with this build id; `elf` is the module's own file, at `path`.
pub fn find(build_id: &[u8], elf: Option<&Elf>, path: &[u8]) -> Result<(Elf, Vec<u8>), Lack> {
    let mut places = vec![by_build_id(build_id)];
    if let Some(name) = elf.and_then(|elf| elf.contents(b".gnu_debuglink").ok()).as_deref().and_then(first_string) {
        let folder = folder_of(path);
        places.push([folder, name].concat());
        places.push([folder, b".debug/", name].concat());
        places.push([&options().debug_file_directory, folder, name].concat());
    }
    open_first(places, build_id)
}

/// What the debug file at `path` shares with others (dwz).
pub fn find_shared(elf: &Elf, path: &[u8]) -> Option<Elf> {
    let link = elf.contents(b".gnu_debugaltlink").ok()?;
    let name = first_string(&link)?;
    let build_id = link.get(name.len() + 1..)?;
    let named = if name.starts_with(b"/") { name.to_vec() } else { [folder_of(path), name].concat() };
    open_first(vec![by_build_id(build_id), named], build_id).ok().map(|(elf, _)| elf)
}

fn open_first(places: Vec<Vec<u8>>, build_id: &[u8]) -> Result<(Elf, Vec<u8>), Lack> {
    let mut lack = Lack::ForGood;
    for place in places {
        match CString::new(place.as_slice()).map_err(|_| Lack::ForGood).and_then(|path| Elf::open(&path)) {
            Ok(elf) if elf.build_id().as_deref() == Some(build_id) => return Ok((elf, place)),
            Ok(_) | Err(Lack::ForGood) => {}
            Err(Lack::ForNow) => lack = Lack::ForNow,
        }
    }
    Err(lack)
}

/// As in /usr/lib/debug/.build-id/ab/cdef.debug.
fn by_build_id(build_id: &[u8]) -> Vec<u8> {
    let mut name = "/.build-id/".to_owned();
    for (index, byte) in build_id.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}{}", if index == 0 { "/" } else { "" });
    }
    [&options().debug_file_directory, name.as_bytes(), b".debug"].concat()
}

/// With the slash at its end.
fn folder_of(path: &[u8]) -> &[u8] {
    let length = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    &path[..length]
}

/// A file's name at the head of `bytes`.
fn first_string(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split(|byte| *byte == 0).next().filter(|name| !name.is_empty())
}
