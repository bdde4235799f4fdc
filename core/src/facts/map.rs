//! What a process has mapped, as the kernel tells it: one mapping as plain data of fixed size, and the reader of the text
//! of /proc/self/maps. The names are the program's, or anybody's: they hold what they like.

use crate::call::{Addr, ShmId};
use crate::path::PathStart;
use crate::text::Quoted;
use std::fmt;
use std::ops::ControlFlow;

/// One mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub begin: Addr,
    /// Behind its last byte.
    pub end: Addr,
    pub access: Access,
    /// Where it begins in its file or segment.
    pub offset: u64,
    pub inode: u64,
    /// The path of its file, or a name in brackets; empty where it has none.
    pub name: PathStart,
}

/// Who may do what with a mapping: bits, as PROCMAP_QUERY has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access(pub u8);

impl Access {
    pub const READ: u8 = 1;
    pub const WRITE: u8 = 2;
    pub const EXECUTE: u8 = 4;
    pub const SHARED: u8 = 8;

    const fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }
}

/// What a mapping is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Segment(ShmId),
    Heap,
    Stack,
    /// Of shm_open(3).
    PosixMemory,
    File,
    /// The kernel's own, as `[vdso]`.
    Kernel,
    /// Kept free: nobody may touch it.
    Reservation,
    /// Of mmap(2), of a large malloc(3), a thread's stack: it does not say.
    Anonymous,
}

impl Mapping {
    /// Whether nobody may read, write or execute what is there.
    #[must_use]
    pub const fn is_forbidden(&self) -> bool {
        !self.access.has(Access::READ | Access::WRITE | Access::EXECUTE)
    }

    /// Whether it is memory of MAP_SHARED and MAP_ANONYMOUS that nobody may touch. Whoever keeps a range free for himself makes it
    /// private.
    #[must_use]
    pub fn keeps_others_out(&self) -> bool {
        self.is_forbidden() && self.access.has(Access::SHARED) && self.name.bytes() == b"/dev/zero (deleted)"
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        let name = self.name.bytes();
        match name {
            _ if self.is_of_a_segment() => u32::try_from(self.inode).map_or(Kind::File, |inode| {
                // The inode is the id.
                Kind::Segment(ShmId(inode.cast_signed()))
            }),
            b"[heap]" => Kind::Heap,
            _ if name.starts_with(b"[anon: glibc: malloc") => Kind::Heap,
            _ if name.starts_with(b"[stack") || name.starts_with(b"[anon: glibc: pthread stack") => Kind::Stack,
            _ if name.starts_with(b"/dev/shm/") => Kind::PosixMemory,
            // What mmap makes of MAP_SHARED|MAP_ANONYMOUS.
            b"/dev/zero (deleted)" => Kind::Anonymous,
            _ if name.starts_with(b"[v") => Kind::Kernel,
            _ if !name.is_empty() && !name.starts_with(b"[") => Kind::File,
            _ if self.is_forbidden() => Kind::Reservation,
            _ => Kind::Anonymous,
        }
    }

    /// `/SYSV0000162e (deleted)`: the eight digits are the key that the segment was made with.
    fn is_of_a_segment(&self) -> bool {
        let key = self.name.bytes().strip_prefix(b"/SYSV").and_then(|rest| rest.strip_suffix(b" (deleted)"));
        self.access.has(Access::SHARED)
            && key.is_some_and(|key| key.len() == 8 && key.iter().all(u8::is_ascii_hexdigit))
    }

    /// Where the attachment began that this is a part of: shmdt finds it by that address alone.
    #[must_use]
    pub fn attached_at(&self) -> Option<Addr> {
        let offset = usize::try_from(self.offset).ok()?;
        matches!(self.kind(), Kind::Segment(_)).then(|| self.begin.0.checked_sub(offset).map(Addr)).flatten()
    }
}

/// What it is, as a report names it.
impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.bytes();
        match self.kind() {
            Kind::Segment(id) => write!(f, "segment {id}, attached"),
            Kind::Heap => f.write_str("the heap, which malloc uses"),
            Kind::Stack => f.write_str("a stack"),
            Kind::PosixMemory => {
                let name = name.strip_prefix(b"/dev/shm").unwrap_or(name);
                let name = name.strip_suffix(b" (deleted)").unwrap_or(name);
                write!(f, "POSIX shared memory {}", Quoted(name))
            }
            Kind::File => write!(f, "the file {}", self.name),
            Kind::Kernel => f.write_str("memory of the kernel's own"),
            Kind::Reservation => f.write_str("a reservation, which nobody may touch (PROT_NONE)"),
            Kind::Anonymous => f.write_str("memory of mmap, a large malloc or a thread's stack"),
        }
    }
}

/// A line of /proc/PID/maps, as far as it is to be believed.
#[must_use]
pub fn mapping(line: &[u8]) -> Option<Mapping> {
    let mut rest = line;
    let mut field = || {
        let length = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
        let (field, behind) = rest.split_at(length);
        rest = behind.trim_ascii_start();
        str::from_utf8(field).ok()
    };
    let (begin, end) = field()?.split_once('-')?;
    let access = access(field()?)?;
    let (offset, _device, inode) = (field()?, field()?, field()?);
    let mapping = Mapping {
        begin: Addr(usize::from_str_radix(begin, 16).ok()?),
        end: Addr(usize::from_str_radix(end, 16).ok()?),
        access,
        offset: u64::from_str_radix(offset, 16).ok()?,
        inode: inode.parse().ok()?,
        name: name(rest),
    };
    (mapping.begin < mapping.end).then_some(mapping)
}

fn access(field: &str) -> Option<Access> {
    let [read, write, execute, shared] = *field.as_bytes().first_chunk()?;
    let bits = [
        (read == b'r', Access::READ),
        (write == b'w', Access::WRITE),
        (execute == b'x', Access::EXECUTE),
        (matches!(shared, b's' | b'S'), Access::SHARED),
    ];
    Some(Access(bits.iter().filter(|(is, _)| *is).fold(0, |bits, (_, bit)| bits | bit)))
}

/// The kernel writes a newline in a name as `\012`, and nothing else in another way than it is.
fn name(mut text: &[u8]) -> PathStart {
    let mut name = Vec::new();
    while let Some((first, rest)) = text.split_first() {
        let newline = text.strip_prefix(b"\\012");
        name.push(if newline.is_some() { b'\n' } else { *first });
        text = newline.unwrap_or(rest);
    }
    PathStart::new(&name)
}

/// Reads the text of /proc/PID/maps piece by piece, and keeps no more than a line of it.
pub struct Scan {
    from: Addr,
    to: Addr,
    line: Vec<u8>,
}

/// What stands behind that in a line is the end of a name that nobody wants to see as a whole.
const LINE: usize = 1024;

/// Takes one mapping after the other, until it breaks.
pub type Visit<'a> = &'a mut dyn FnMut(&Mapping) -> ControlFlow<()>;

impl Scan {
    /// For what is mapped between two addresses.
    #[must_use]
    pub const fn new(from: Addr, to: Addr) -> Self {
        Self { from, to, line: Vec::new() }
    }

    /// The next piece of the text. It breaks where no more is wanted: the mappings stand in their order.
    pub fn read(&mut self, piece: &[u8], visit: Visit<'_>) -> ControlFlow<()> {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let text = part.strip_suffix(b"\n").unwrap_or(part);
            self.line.extend_from_slice(&text[..text.len().min(LINE - self.line.len())]);
            if text.len() < part.len() {
                let mapping = mapping(&self.line);
                self.line.clear();
                if let Some(mapping) = mapping.filter(|mapping| mapping.end > self.from) {
                    if mapping.begin >= self.to {
                        return ControlFlow::Break(());
                    }
                    visit(&mapping)?;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// The address space of a process, and what bounds it; `None` where that cannot be seen, or has no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// Bytes in use, and the most there may be (RLIMIT_AS).
    pub used: Option<u64>,
    pub limit: Option<u64>,
    /// How many mappings there are, and the most there may be (vm.max_map_count).
    pub mappings: Option<u64>,
    pub most_mappings: Option<u64>,
}

#[cfg(test)]
mod tests;
