//! An address as a module and an offset in it, from the loader's own list. Not `dladdr`: that waits for whoever is inside
//! dlopen(3), and a library's constructor may be waiting for us.

use crate::kernel::file;
use shmsan_core::site::Frame;
use std::ffi::{c_int, c_void};

struct Search {
    address: usize,
    found: Option<(Vec<u8>, usize)>,
}

pub fn frame(address: usize) -> Frame {
    let mut search = Search { address, found: None };
    // SAFETY: `look` gets back the pointer to `search`, which outlives the walk.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut search).cast()) };
    let module = search.found.map(|(path, offset)| (base_name(&path), offset));
    Frame { module, address, ..Frame::default() }
}

unsafe extern "C" fn look(info: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: the loader passes a good entry.
    let info = unsafe { &*info };
    // SAFETY: what `frame` passed on.
    let search = unsafe { &mut *search.cast::<Search>() };
    // SAFETY: the loader's own table of that length.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    let offset = search.address.wrapping_sub(usize::try_from(info.dlpi_addr).unwrap_or_default());
    let holds = |header: &libc::Elf64_Phdr| {
        header.p_type == libc::PT_LOAD && (offset as u64).wrapping_sub(header.p_vaddr) < header.p_memsz
    };
    if !headers.iter().any(holds) {
        return 0;
    }
    // SAFETY: the loader's name of the module, which ends in NUL; empty for the program itself.
    let name = unsafe { crate::memory::c_string(info.dlpi_name) };
    let path = if name.is_empty() { program() } else { name.to_owned() };
    search.found = Some((path, offset));
    1
}

/// The program's own file, which the loader gives no name.
fn program() -> Vec<u8> {
    file::read_link(c"/proc/self/exe").unwrap_or_else(|| b"program".to_vec())
}

fn base_name(path: &[u8]) -> String {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    String::from_utf8_lossy(name).into_owned()
}
