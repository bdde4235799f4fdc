//! What this process has mapped, asked of the kernel: bounded in memory and in time, however many mappings there are.

use crate::kernel::file;
use crate::kernel::map::address_space_limit;
use crate::kernel::maps::{Answer, Maps};
use crate::kernel::signal;
use shmsan_core::call::{Addr, ShmId};
use shmsan_core::facts::{Access, Kind, Mapping, Scan, Space, Visit};
use shmsan_core::path::PathStart;
use std::ffi::CStr;
use std::ops::ControlFlow;

/// A path has room in that; so much text is read at once.
const ROOM: usize = 4096;
/// So many mappings are asked for one by one, and so much of the text is read, before the rest is left alone.
const MOST: usize = 4096;
const TEXT: usize = 16 << 20;

/// Whether what is mapped at `address` is this segment; `None` where nobody tells.
pub fn is_of(id: ShmId, address: Addr) -> Option<bool> {
    let mut is_of = false;
    each(address, Addr(address.0.checked_add(1)?), &mut |mapping| {
        is_of = mapping.kind() == Kind::Segment(id);
        ControlFlow::Break(())
    })?;
    Some(is_of)
}

/// Every segment that is mapped, with where it was attached, in order; `None` where nobody tells all of them.
pub fn attached() -> Option<Vec<(ShmId, Addr)>> {
    let mut attached = Vec::new();
    let mut scan = Scan::new(Addr(0), Addr(usize::MAX));
    read_all(|piece| {
        scan.read(piece, &mut |mapping| {
            if let (Kind::Segment(id), Some(begin)) = (mapping.kind(), mapping.attached_at()) {
                if attached.try_reserve(1).is_err() {
                    return ControlFlow::Break(());
                }
                attached.push((id, begin));
            }
            ControlFlow::Continue(())
        })
    })?;
    attached.sort_unstable();
    Some(attached)
}

/// What vm.mmap_min_addr is where nobody has changed it.
const USUAL_LOWEST: usize = 65536;

/// Shows each mapping between two addresses; `None` where nobody tells.
pub fn each(from: Addr, to: Addr, visit: Visit<'_>) -> Option<()> {
    let mut room = room()?;
    // A handler of the program would find a descriptor that is not its own.
    signal::undisturbed(|| {
        let maps = Maps::open()?;
        match ask(&maps, from, to, &mut room, visit) {
            ControlFlow::Break(()) => Some(()),
            ControlFlow::Continue(from) => read(&maps, from, to, &mut room, visit),
        }
    })
}

/// One after the other; goes on with the address from which on the kernel does not answer.
fn ask(maps: &Maps, from: Addr, to: Addr, room: &mut [u8], visit: Visit<'_>) -> ControlFlow<(), Addr> {
    let mut at = from;
    for _ in 0..MOST {
        let answer = match maps.ask(at.0, room) {
            Ok(answer) => answer,
            Err(libc::ENOENT) => return ControlFlow::Break(()),
            Err(_) => return ControlFlow::Continue(at),
        };
        let Some(mapping) = mapping(&answer, room) else { return ControlFlow::Continue(at) };
        if mapping.begin >= to || mapping.end <= at {
            return ControlFlow::Break(());
        }
        visit(&mapping)?;
        at = mapping.end;
    }
    ControlFlow::Break(())
}

fn mapping(answer: &Answer, name: &[u8]) -> Option<Mapping> {
    Some(Mapping {
        begin: Addr(usize::try_from(answer.begin).ok()?),
        end: Addr(usize::try_from(answer.end).ok()?),
        access: Access(answer.access.to_le_bytes()[0] & 15),
        offset: answer.offset,
        inode: answer.inode,
        name: PathStart::new(name.get(..answer.name_length)?),
    })
}

fn read(maps: &Maps, from: Addr, to: Addr, room: &mut [u8], visit: Visit<'_>) -> Option<()> {
    let mut scan = Scan::new(from, to);
    each_piece(maps, room, |piece| scan.read(piece, visit)).map(|_| ())
}

/// Shows the text piece by piece. Whether that was all of it; `None` where it cannot be read.
fn each_piece(maps: &Maps, room: &mut [u8], mut visit: impl FnMut(&[u8]) -> ControlFlow<()>) -> Option<bool> {
    let mut left = TEXT;
    loop {
        let got = maps.read(room).ok()?;
        if got == 0 {
            return Some(true);
        }
        if left < got || visit(&room[..got]).is_break() {
            return Some(false);
        }
        left -= got;
    }
}

/// Shows all of the text; `None` where that cannot be had, or somebody wants no more.
fn read_all(visit: impl FnMut(&[u8]) -> ControlFlow<()>) -> Option<()> {
    let mut room = room()?;
    let is_all = signal::undisturbed(|| each_piece(&Maps::open()?, &mut room, visit))?;
    is_all.then_some(())
}

fn room() -> Option<Vec<u8>> {
    let mut room = Vec::new();
    room.try_reserve_exact(ROOM).ok()?;
    room.resize(ROOM, 0);
    Some(room)
}

/// Below it, only the privileged may map anything.
pub fn lowest_address() -> usize {
    let read = number(c"/proc/sys/vm/mmap_min_addr").and_then(|lowest| usize::try_from(lowest).ok());
    read.unwrap_or(USUAL_LOWEST)
}

pub fn space(page: usize) -> Space {
    Space {
        used: number(c"/proc/self/statm").map(|pages| pages.saturating_mul(page as u64)),
        limit: address_space_limit(),
        mappings: count(),
        most_mappings: number(c"/proc/sys/vm/max_map_count"),
    }
}

/// By the text: one piece of it holds many.
fn count() -> Option<u64> {
    let mut lines = 0;
    read_all(|piece| {
        lines += piece.split(|byte| *byte == b'\n').count() as u64 - 1;
        ControlFlow::Continue(())
    })?;
    Some(lines)
}

/// The number that a file begins with.
fn number(path: &CStr) -> Option<u64> {
    let text = file::read(path, ROOM)?;
    str::from_utf8(&text).ok()?.split_ascii_whitespace().next()?.parse().ok()
}
