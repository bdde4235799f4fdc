//! Which executable or library an address lies in, and how its file can be known again. Asked of `_dl_find_object`, which takes no lock: `dladdr` waits for whoever
//! is inside dlopen(3), and `dl_iterate_phdr` for whoever was there when this process was forked.

use super::elf::{Header, build_id_in};
use crate::identity;
use crate::kernel::map;
use crate::weak::weak;
use object::elf::{PT_LOAD, PT_NOTE, ProgramHeader64};
use object::pod::{from_bytes, slice_from_all_bytes};
use object::read::elf::FileHeader;
use object::{NativeEndian as Native, U64};
use shmsan_core::record;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

type Segment = ProgramHeader64<Native>;

/// No page is smaller.
const PAGE: usize = 4096;
const MOST_SEGMENTS: usize = 64;
const LONGEST_NOTES: usize = 4096;

/// <dlfcn.h>'s `struct dl_find_object`, as far as it is needed.
#[repr(C)]
struct Object {
    flags: u64,
    begin: usize,
    end: usize,
    /// <link.h>'s `struct link_map`: it begins with the module's bias and name.
    map: *const c_void,
    /// Unwind tables, and room for what glibc may add.
    rest: [u64; 12],
}

type Find = unsafe extern "C" fn(address: usize, object: *mut Object) -> c_int;

/// An executable or library that is loaded.
pub struct Module {
    /// What is added to the addresses in its file.
    pub bias: usize,
    /// As the loader was told it; empty for the program itself.
    pub path: Vec<u8>,
    pub proof: Proof,
    /// How to find out at a glance that another one has not taken its place.
    entry: Option<Entry>,
    witness: Option<(usize, Vec<u8>)>,
}

/// What `_dl_find_object` says of a module.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    begin: usize,
    end: usize,
    map: usize,
    unwind_tables: u64,
}

/// How its file can be told from another one that stands there by now.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    BuildId(Vec<u8>),
    /// Its first bytes, with the headers, where the linker gave no build id.
    Beginning(Vec<u8>),
    Nothing,
}

/// The module that `address` lies in.
pub fn find(address: usize) -> Option<Module> {
    let entry = entry(address);
    let (begin, bias, path) = match entry.and_then(|entry| loaded(&entry)) {
        Some(library) if !library.2.is_empty() => library,
        // In a static program glibc tells where its code begins, and not its headers.
        program => the_program(address).or(program)?,
    };
    let (proof, witness) = prove(begin, bias);
    Some(Module { bias, path, proof, entry, witness })
}

impl Module {
    /// One that another process had, as it wrote it down.
    pub fn of_another(told: &record::Module) -> Self {
        let proof = match &told.proof {
            record::Proof::BuildId(id) => Proof::BuildId(id.clone()),
            // The bytes themselves were not written down.
            record::Proof::Beginning { .. } | record::Proof::Nothing => Proof::Nothing,
        };
        Self { bias: told.bias, path: told.path.clone(), proof, entry: None, witness: None }
    }

    /// Whether `address` still lies in it.
    pub fn is_still_at(&self, address: usize) -> bool {
        let unchanged = |(at, bytes): &(usize, Vec<u8>)| peek_bytes(*at, bytes.len()).as_ref() == Some(bytes);
        entry(address) == self.entry && self.witness.as_ref().is_some_and(unchanged)
    }

    /// The addresses that it takes, `address` among them; that one alone where the loader does not tell.
    pub fn extent(&self, address: usize) -> (usize, usize) {
        self.entry.map_or((address, address + 1), |entry| (entry.begin, entry.end))
    }

    /// Its file's name without the folder.
    pub fn base_name(&self) -> String {
        let path = if self.path.is_empty() { program() } else { &self.path };
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        String::from_utf8_lossy(name).into_owned()
    }

    /// The path of its file as far as it is known.
    pub fn path(&self) -> &[u8] {
        if self.path.is_empty() { program() } else { &self.path }
    }
}

/// The program's file, without what the kernel adds when it was replaced.
fn program() -> &'static [u8] {
    let path = identity::exe().unwrap_or(b"program");
    path.strip_suffix(b" (deleted)").unwrap_or(path)
}

fn entry(address: usize) -> Option<Entry> {
    let mut object = MaybeUninit::<Object>::zeroed();
    // A glibc before 2.35 does not have it, and then only the program itself is known.
    let find = weak!("_dl_find_object" as Find)?;
    // SAFETY: it fills our struct, which is as large as glibc's.
    let found = unsafe { find(address, object.as_mut_ptr()) };
    if found != 0 {
        return None;
    }
    // SAFETY: all zeroes are a good Object, and it was filled.
    let object = unsafe { object.assume_init() };
    let Object { begin, end, map, rest: [unwind_tables, ..], .. } = object;
    Some(Entry { begin, end, map: map as usize, unwind_tables })
}

/// What the loader knows: where the module begins, its bias and its name.
fn loaded(entry: &Entry) -> Option<(usize, usize, Vec<u8>)> {
    // Another thread may be closing the library.
    let [bias, name] = peek::<2>(entry.map)?;
    Some((entry.begin, bias, string(name)?))
}

/// The program itself, in a libc that does not tell: where the kernel has put its headers.
fn the_program(address: usize) -> Option<(usize, usize, Vec<u8>)> {
    // SAFETY: getauxval only looks.
    let headers = usize::try_from(unsafe { libc::getauxval(libc::AT_PHDR) }).ok()?;
    let begin = headers.checked_sub(size_of::<Header>())?;
    let segments = segments(begin)?;
    let loads = || segments.iter().filter(|segment| segment.p_type.get(Native) == PT_LOAD);
    let value = |field: &U64<Native>| usize::try_from(field.get(Native)).unwrap_or_default();
    let first = loads().find(|segment| segment.p_offset.get(Native) == 0)?;
    let bias = begin.wrapping_sub(value(&first.p_vaddr));
    let inside =
        |segment: &Segment| address.wrapping_sub(bias).wrapping_sub(value(&segment.p_vaddr)) < value(&segment.p_memsz);
    loads().any(inside).then(|| (begin, bias, Vec::new()))
}

/// How the file of the module can be known, and the bytes in memory that say so.
fn prove(begin: usize, bias: usize) -> (Proof, Option<(usize, Vec<u8>)>) {
    let Some(segments) = segments(begin) else { return (Proof::Nothing, None) };
    let notes = segments.iter().filter(|segment| segment.p_type.get(Native) == PT_NOTE).filter_map(|segment| {
        let address = usize::try_from(segment.p_vaddr.get(Native)).ok()?.wrapping_add(bias);
        let size = usize::try_from(segment.p_memsz.get(Native)).ok()?.min(LONGEST_NOTES);
        Some((address, peek_bytes(address, size)?))
    });
    for (address, notes) in notes {
        if let Some(build_id) = build_id_in(&notes) {
            return (Proof::BuildId(build_id), Some((address, notes)));
        }
    }
    let length = size_of::<Header>() + segments.len() * size_of::<Segment>();
    match peek_bytes(begin, length) {
        Some(bytes) => (Proof::Beginning(bytes.clone()), Some((begin, bytes))),
        None => (Proof::Nothing, None),
    }
}

/// The program headers of the module whose file is mapped at `begin`.
fn segments(begin: usize) -> Option<Vec<Segment>> {
    let bytes = peek_bytes(begin, size_of::<Header>())?;
    let (header, _) = from_bytes::<Header>(&bytes).ok()?;
    let (offset, count) = (header.e_phoff.get(Native), usize::from(header.e_phnum.get(Native)));
    // Linkers put them there, and it keeps them inside the first page.
    if !header.is_supported() || offset != size_of::<Header>() as u64 || count > MOST_SEGMENTS {
        return None;
    }
    let bytes = peek_bytes(begin + size_of::<Header>(), count * size_of::<Segment>())?;
    slice_from_all_bytes::<Segment>(&bytes).ok().map(<[Segment]>::to_vec)
}

fn peek<const WORDS: usize>(address: usize) -> Option<[usize; WORDS]> {
    let bytes = peek_bytes(address, WORDS * size_of::<usize>())?;
    let mut words = bytes.chunks_exact(size_of::<usize>()).filter_map(|word| word.try_into().ok());
    Some(std::array::from_fn(|_| words.next().map_or(0, usize::from_ne_bytes)))
}

/// A string of the loader's.
fn string(address: usize) -> Option<Vec<u8>> {
    let mut path = Vec::new();
    while address != 0 && path.len() < libc::PATH_MAX as usize {
        // No further than the page: the next one may not be there, nor needed.
        let begin = address.checked_add(path.len())?;
        let part = peek_bytes(begin, (PAGE - begin % PAGE).min(256))?;
        if let Some(end) = part.iter().position(|byte| *byte == 0) {
            path.extend(&part[..end]);
            break;
        }
        path.extend(part);
    }
    Some(path)
}

/// What stands at `address`, which was the loader's a moment ago.
fn peek_bytes(address: usize, size: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; size];
    match map::copy(address, &mut bytes) {
        Ok(copied) if copied == size => Some(bytes),
        Ok(_) | Err(libc::EFAULT) => None,
        // The program has forbidden itself process_vm_readv(2).
        // SAFETY: what the loader tells of is readable, unless somebody closes it in this moment.
        Err(_) => Some(unsafe { std::slice::from_raw_parts(address as *const u8, size) }.to_vec()),
    }
}
