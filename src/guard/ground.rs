//! Where the gap lies: far from where the kernel puts what it places itself, and from what the other sanitizers claim.

use crate::facts;
use crate::kernel::{self, map};
use crate::weak::weak;
use shmsan_core::call::Addr;
use shmsan_core::errno::Errno;
use shmsan_core::facts::{Facts, Kind};
use shmsan_core::guard::Gap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// The gap, for a first look without a lock.
static BEGIN: AtomicUsize = AtomicUsize::new(0);

/// Distance from the mappings that the kernel places, which grow downwards.
const DISTANCE: usize = 1 << 40;
/// It lies somewhere in so much address space.
const PLAY: usize = 1 << 40;
/// A process whose mappings begin below has another layout than the usual one.
const LOWEST: usize = 0x7000_0000_0000;
/// What a program written for 47 bits may expect.
const HIGHEST: usize = 1 << 47;
/// Places are multiples of this.
const LARGEST_PAGE: usize = 32 << 10;
/// The heap of AddressSanitizer and LeakSanitizer ends here.
const SANITIZERS_END: usize = 0x6400_0000_0000;

const LOCKED: &str = "all that is mapped is locked in memory (mlockall)";
const UNUSUAL_LAYOUT: &str = "the address space is laid out in an unusual way";

/// Where the gap is to begin, or why there can be none.
pub fn find() -> Result<usize, &'static str> {
    if kernel::page_size() > LARGEST_PAGE {
        return Err("pages are too large");
    }
    if map::is_address_space_limited() {
        return Err("the address space is limited (RLIMIT_AS)");
    }
    if forbids_other_addresses() {
        return Err("ThreadSanitizer and MemorySanitizer know the usual addresses alone");
    }
    let trial = map::try_one().ok_or("the kernel maps nothing more")?;
    if trial.is_locked {
        return Err(LOCKED);
    }
    if facts::Kernel::default().destroyed_with_last_user() {
        return Err("a place that is refused may be the end of the segment (kernel.shm_rmid_forced)");
    }
    // Where the kernel likes it now. There may be holes further up, and it grows downwards from here.
    let top = trial.address.min(HIGHEST);
    if top < LOWEST {
        return Err(UNUSUAL_LAYOUT);
    }
    let end = top - DISTANCE - play(top);
    let begin = (end - Gap::SPAN) / Gap::ALIGNMENT * Gap::ALIGNMENT;
    if begin < SANITIZERS_END {
        return Err(UNUSUAL_LAYOUT);
    }
    Ok(begin)
}

/// How much further down than it must be. Where the program's addresses are always the same, for a debugger or by setarch -R, ours
/// are too, whatever was mapped before.
fn play(top: usize) -> usize {
    if kernel::has_fixed_addresses() {
        return top % PLAY;
    }
    let number = kernel::random().unwrap_or(top as u64);
    usize::try_from(number).unwrap_or(0) % PLAY
}

/// It begins here from now on.
pub fn begin_at(begin: usize) {
    BEGIN.store(begin, Relaxed);
}

/// Whether the gap spans `address`.
pub fn contains(address: Addr) -> bool {
    let begin = BEGIN.load(Relaxed);
    begin != 0 && address.0.checked_sub(begin).is_some_and(|offset| offset < Gap::SPAN)
}

/// Maps a page that nobody can touch, where nothing is mapped.
pub fn put_anchor(anchor: Addr) -> Result<(), Errno> {
    let size = kernel::page_size();
    not_locked(anchor, size, map::forbidden_at(anchor.0, size))
}

/// Maps `size` bytes that nobody can touch, where nothing is mapped: else EEXIST. EAGAIN where they would be locked in memory.
pub fn reserve(begin: Addr, size: usize) -> Result<(), Errno> {
    not_locked(begin, size, map::reserved_at(begin.0, size))
}

fn not_locked(begin: Addr, size: usize, mapped: Result<(), i32>) -> Result<(), Errno> {
    mapped.map_err(Errno)?;
    if map::is_locked(begin.0, size) {
        // SAFETY: mapped a moment ago, and nobody can use it.
        let _ = unsafe { map::unmap(begin.0, size) };
        return Err(Errno(libc::EAGAIN));
    }
    Ok(())
}

/// Why nothing can be mapped in the gap any more.
pub fn why_not(errno: Errno) -> &'static str {
    match errno {
        Errno(libc::EAGAIN) => LOCKED,
        Errno::ENOMEM => "there is no room for more mappings (vm.max_map_count), or no memory",
        _ => "nothing can be mapped there",
    }
}

/// Whether all of these slots is one mapping that nobody may touch. What the program keeps free itself lies where a segment was, in
/// the middle of a slot, and is a mapping of its own. `None` where nobody tells.
pub fn is_reserved(begin: Addr, end: Addr) -> Option<bool> {
    let mut is_ours = false;
    facts::Kernel::default().each_mapping(begin, end, &mut |mapping| {
        is_ours = mapping.begin <= begin && end <= mapping.end && mapping.kind() == Kind::Reservation;
        ControlFlow::Break(())
    })?;
    Some(is_ours)
}

/// Gives up what is reserved in the slots that are touched between two addresses, for an attach that the program wants there.
/// Where there is anything else, the kernel shall say so.
pub fn give_way(begin: Addr, end: Addr, slots: (Addr, Addr)) {
    let mut ours = None;
    facts::Kernel::default().each_mapping(begin, end, &mut |mapping| {
        let covers = mapping.begin <= begin && end <= mapping.end;
        let reaches_an_edge = mapping.begin <= slots.0 || slots.1 <= mapping.end;
        if covers && reaches_an_edge && mapping.kind() == Kind::Reservation {
            ours = Some((mapping.begin.max(slots.0), mapping.end.min(slots.1)));
        }
        ControlFlow::Break(())
    });
    if let Some((begin, end)) = ours {
        // SAFETY: in a block that was reserved, and nobody can touch it.
        let _ = unsafe { map::unmap(begin.0, end.0 - begin.0) };
    }
}

/// Takes it away again. What can be read there is none of ours.
pub fn remove_anchor(anchor: Addr) {
    let mut byte = [0];
    if map::copy(anchor.0, &mut byte).is_err() {
        // SAFETY: `put_anchor` mapped it, and nobody can use it.
        let _ = unsafe { map::unmap(anchor.0, kernel::page_size()) };
    }
}

/// Whether the program runs under ThreadSanitizer or MemorySanitizer, which have a shadow for the usual addresses alone.
fn forbids_other_addresses() -> bool {
    type Function = unsafe extern "C" fn();
    weak!("__tsan_init" as Function).is_some() || weak!("__msan_init" as Function).is_some()
}
