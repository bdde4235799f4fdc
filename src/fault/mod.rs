//! SIGSEGV and SIGBUS: says what a fault has to do with shared memory, then hands it on to whoever would have had it. The
//! handler itself takes little stack and no memory: the report is written by a child that is a copy of the process.

mod forward;
mod machine;
mod report;

use crate::boundary::{self, contain};
use crate::state::{TRACKER, options};
use crate::{errno, kernel, thread};
use forward::Signal;
use libc::{c_int, c_void, siginfo_t};
use report::Next;
use shmsan_core::call::Addr;
use shmsan_core::check::memory::{Access, Cause, Fault};
use shmsan_core::tracker::Tracker;
use shmsan_core::tracker::outline::OUTLINE;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// A thread that holds a lock of ours may have been stopped by the one that faults: a garbage collector does that. It is not
/// waited for longer.
const PATIENCE: Duration = Duration::from_millis(200);

/// What we need of a signal stack beyond the signal's own frame: SIGSTKSZ has as much. Where it has less a fault is handed on
/// at once, because what lies below is the program's.
const ROOM: usize = 4 << 10;

/// From now on faults are explained, if the user wants that; called at the first attach.
pub fn prepare() {
    if options().handle_segv && !boundary::is_locked_in() {
        forward::install(machine::entry);
    }
}

/// The handler; `stack` is where its stack begins.
extern "C-unwind" fn on_fault(number: c_int, info: *mut siginfo_t, context: *mut c_void, stack: usize) {
    let before = errno::read();
    // SAFETY: the kernel gave them to this handler.
    let next = unsafe { look_at(number, info, context, stack) };
    errno::write(before);
    let signal = Signal { number, info, context, stack };
    match next {
        // SAFETY: nothing is held, and it is handed on as it came.
        Next::HandOn => unsafe { forward::hand_on(&signal) },
        // SAFETY: as above.
        Next::End => unsafe { forward::end_by(&signal) },
    }
}

/// A function of its own: nothing of it stays on the stack for the program's handler.
///
/// # Safety
/// They are what a handler was given.
#[inline(never)]
unsafe fn look_at(number: c_int, info: *mut siginfo_t, context: *mut c_void, stack: usize) -> Next {
    // SAFETY: the caller's promise.
    let Some(fault) = (unsafe { fault(number, info, context) }) else { return Next::HandOn };
    // SAFETY: the caller's promise.
    if unsafe { machine::room_below(context, stack) }.is_some_and(|room| room < ROOM) {
        return Next::HandOn;
    }
    explain(&fault)
}

/// `None` for a signal that somebody has sent, for faults of other kinds, and for those that have nothing to do with
/// segments, as far as that can be told without waiting for anybody.
///
/// # Safety
/// They are what a handler was given.
unsafe fn fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) -> Option<Fault> {
    // SAFETY: the caller's promise.
    let info = unsafe { &*info };
    let kind = machine::kind(signal, info.si_code)?;
    // SAFETY: the kernel fills it for these codes.
    let address = Addr(unsafe { info.si_addr() } as usize);
    if !OUTLINE.may_concern(address, kernel::tid) {
        return None;
    }
    // SAFETY: the caller's promise.
    let (instruction, access) = unsafe { machine::instruction(context) };
    // SAFETY: the caller's promise.
    let caller = if access == Access::Execute { unsafe { machine::caller(context) } } else { None };
    Some(Fault { address, access, kind, instruction, caller, thread: kernel::tid() })
}

#[inline(never)]
fn explain(fault: &Fault) -> Next {
    cause(fault).map_or(Next::HandOn, |cause| report::write(fault, &cause))
}

/// What the tracker knows of it; nothing where this thread is inside the shim, or the tracker cannot be had.
fn cause(fault: &Fault) -> Option<Cause> {
    if boundary::is_off() {
        return None;
    }
    let page = kernel::page_size();
    ask(|tracker| Cause::find(fault, tracker, page)).flatten()
}

/// Asks the tracker. Who has waited in vain does not wait again, until it could be had once: faults may come by the thousand.
fn ask<T>(work: impl FnOnce(&mut Tracker) -> T) -> Option<T> {
    static IN_VAIN: AtomicBool = AtomicBool::new(false);
    let _inside = thread::enter()?;
    let patience = if IN_VAIN.load(Relaxed) { Duration::ZERO } else { PATIENCE };
    let answer = contain(|| TRACKER.with_within(patience, work)).flatten();
    IN_VAIN.store(answer.is_none(), Relaxed);
    answer
}
