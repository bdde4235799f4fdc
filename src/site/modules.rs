//! An address as a module and an offset in it. Asked of `_dl_find_object`, which takes no lock: `dladdr` waits for whoever
//! is inside dlopen(3), and `dl_iterate_phdr` for whoever was there when this process was forked.

use crate::kernel::file;
use crate::memory::c_string;
use crate::weak::weak;
use shmsan_core::site::Frame;
use std::ffi::{c_char, c_int};
use std::mem::MaybeUninit;

/// <dlfcn.h>'s `struct dl_find_object`, as far as it is needed.
#[repr(C)]
struct Object {
    flags: u64,
    begin: usize,
    end: usize,
    map: *const Map,
    /// Unwind tables, and room for what glibc may add.
    rest: [u64; 12],
}

/// The public beginning of <link.h>'s `struct link_map`.
#[repr(C)]
struct Map {
    /// What is added to the addresses in the module's file.
    bias: usize,
    name: *const c_char,
}

type Find = unsafe extern "C" fn(address: usize, object: *mut Object) -> c_int;

pub fn frame(address: usize) -> Frame {
    let module = object(address).map(|map| (base_name(&path(&map)), address.wrapping_sub(map.bias)));
    Frame { module, address, ..Frame::default() }
}

fn object(address: usize) -> Option<Map> {
    let mut object = MaybeUninit::<Object>::zeroed();
    // A glibc before 2.35 does not have it, and then a place is a bare address.
    let find = weak!("_dl_find_object" as Find)?;
    // SAFETY: it fills our struct, which is as large as glibc's.
    let found = unsafe { find(address, object.as_mut_ptr()) };
    if found != 0 {
        return None;
    }
    // SAFETY: all zeroes are a good Object, and it was filled.
    let object = unsafe { object.assume_init() };
    // SAFETY: the loader's own entry, which lives as long as the module.
    Some(unsafe { object.map.read() })
}

fn path(map: &Map) -> Vec<u8> {
    // SAFETY: the loader's name of the module; empty for the program itself.
    match unsafe { c_string(map.name) } {
        b"" => file::read_link(c"/proc/self/exe").unwrap_or_else(|| b"program".to_vec()),
        name => name.to_owned(),
    }
}

fn base_name(path: &[u8]) -> String {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    String::from_utf8_lossy(name).into_owned()
}
