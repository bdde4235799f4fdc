//! Deeper stacks, where `context_size` asks for them: unwound at the call and numbered, so that a record of one stays small
//! and equal stacks are equal. Without a lock of ours, and never given back.
//!
//! The unwinder is libgcc's, linked statically. It finds its tables by `_dl_find_object` and takes no lock of the loader. It
//! believes the stack: one that the program has overwritten may make it fault.

use once_cell::race::OnceBox;
use shmsan_core::site::{Site, Spot};
use std::ffi::{c_int, c_void};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// Stacks beyond this many are kept as their innermost frame alone.
const ROOM: usize = 4096;
/// So many slots are looked at for one stack.
const TRIES: usize = 32;
/// As many frames as `context_size` may ask for.
const DEEPEST: usize = 32;
/// Of a fault more is shown: it is often in libc, and what called that matters.
const FRAMES_OF_A_FAULT: usize = 8;
/// No more frames of our own stand above the program's.
const MOST_OF_OURS: usize = 24;

static STACKS: [OnceBox<Stack>; ROOM] = [const { OnceBox::new() }; ROOM];
static WANTED: AtomicUsize = AtomicUsize::new(1);

#[derive(PartialEq, Eq)]
pub struct Stack {
    /// What is known of the call itself.
    pub innermost: Site,
    /// Where its callers stand, the nearest first: each inside the instruction that called. Behind a [`Spot::Source`] the
    /// first is the same call once more.
    pub callers: Box<[usize]>,
}

/// How many frames are wanted of each call from now on.
pub fn want(frames: usize) {
    WANTED.store(frames.clamp(1, DEEPEST), Relaxed);
}

/// Whether more than the innermost frame is wanted.
#[inline]
pub fn are_wanted() -> bool {
    WANTED.load(Relaxed) > 1
}

/// The stack of this call, whose innermost frame is known already. The callers begin behind the frame that is the
/// `last_before`.
#[cold]
#[inline(never)]
pub fn keep(innermost: Site, last_before: LastBefore<'_>) -> Site {
    let again = usize::from(matches!(last_before, LastBefore::Begins(_)));
    let wanted = WANTED.load(Relaxed) - 1 + again;
    let mut walk = Walk { last_before, wanted, seen: 0, found: false, callers: [0; _], count: 0 };
    // SAFETY: it calls `step` for each frame, with the walk.
    unsafe { _Unwind_Backtrace(step, (&raw mut walk).cast()) };
    let callers = &walk.callers[..walk.count];
    if callers.is_empty() { innermost } else { number(innermost, callers).map_or(innermost, Site::of_stack) }
}

/// The stack of an instruction that faulted, called below its handler.
#[cold]
#[inline(never)]
pub fn keep_fault(instruction: usize) -> Site {
    let wanted = WANTED.load(Relaxed).max(FRAMES_OF_A_FAULT) - 1;
    let last_before = LastBefore::Stands(instruction);
    let mut walk = Walk { last_before, wanted, seen: 0, found: false, callers: [0; _], count: 0 };
    // SAFETY: it calls `step` for each frame, with the walk.
    unsafe { _Unwind_Backtrace(step, (&raw mut walk).cast()) };
    // A site is looked up one byte before.
    let innermost = Site::at_what_may_be_a_return(instruction.wrapping_add(1) as u64);
    let callers = &walk.callers[..walk.count];
    if callers.is_empty() { innermost } else { number(innermost, callers).map_or(innermost, Site::of_stack) }
}

pub fn stack(number: u32) -> Option<&'static Stack> {
    STACKS.get(number as usize)?.get()
}

fn number(innermost: Site, callers: &[usize]) -> Option<u32> {
    let home = callers.iter().fold(hash(innermost), |hash, caller| (hash.rotate_left(5) ^ caller).wrapping_mul(MIX));
    let mut new = None;
    for number in (home >> 40..).take(TRIES).map(|slot| slot % ROOM) {
        let slot = &STACKS[number];
        if slot.get().is_none() {
            let stack = new.take().unwrap_or_else(|| Box::new(Stack { innermost, callers: callers.into() }));
            // Another thread may have taken the slot; then it holds our stack or another one.
            new = slot.set(stack).err();
        }
        if slot.get().is_some_and(|stack| stack.innermost == innermost && *stack.callers == *callers) {
            return u32::try_from(number).ok();
        }
    }
    None
}

const MIX: usize = 0x9e37_79b9_7f4a_7c15;

fn hash(site: Site) -> usize {
    match site.spot() {
        Spot::Unknown => 0,
        Spot::Return(address) => address,
        Spot::Source(number) | Spot::Stack(number) => number as usize,
    }
}

/// A frame, as it can be known.
#[derive(Clone, Copy)]
pub enum LastBefore<'a> {
    /// The program's, at this address.
    Stands(usize),
    /// Ours, in a function that begins at one of these.
    Begins(&'a [usize]),
}

struct Walk<'a> {
    last_before: LastBefore<'a>,
    wanted: usize,
    seen: usize,
    found: bool,
    callers: [usize; DEEPEST],
    count: usize,
}

// <unwind.h>
const GO_ON: c_int = 0;
const STOP: c_int = 4;

unsafe extern "C" {
    fn _Unwind_Backtrace(step: unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int, argument: *mut c_void)
    -> c_int;
    fn _Unwind_GetIPInfo(context: *mut c_void, before_instruction: *mut c_int) -> usize;
    fn _Unwind_GetRegionStart(context: *mut c_void) -> usize;
}

unsafe extern "C" fn step(context: *mut c_void, walk: *mut c_void) -> c_int {
    // SAFETY: the walk of `keep`, which is waiting for us.
    let walk = unsafe { &mut *walk.cast::<Walk<'_>>() };
    let mut before_instruction = 0;
    // SAFETY: the unwinder's own context.
    let address = unsafe { _Unwind_GetIPInfo(context, &raw mut before_instruction) };
    if address == 0 {
        return STOP;
    }
    if !walk.found {
        // SAFETY: the unwinder's own context.
        let function = || unsafe { _Unwind_GetRegionStart(context) };
        walk.found = match walk.last_before {
            LastBefore::Stands(there) => there == address,
            LastBefore::Begins(beginnings) => beginnings.contains(&function()),
        };
        walk.seen += 1;
        return if walk.seen < MOST_OF_OURS { GO_ON } else { STOP };
    }
    // Behind a signal handler stands the interrupted instruction itself; elsewhere the one after a call.
    walk.callers[walk.count] = if before_instruction == 0 { address - 1 } else { address };
    walk.count += 1;
    if walk.count < walk.wanted { GO_ON } else { STOP }
}
