//! SIGSEGV and SIGBUS: says what a fault has to do with shared memory, then hands it on to whoever would have had it. The
//! handler itself takes little stack and no memory: the report is written by a child that is a copy of the process.

mod forward;
mod machine;
mod report;

use crate::boundary::{self, contain};
use crate::state::{TRACKER, options};
use crate::{errno, kernel, thread};
use libc::{c_int, c_void, siginfo_t};
use shmsan_core::call::Addr;
use shmsan_core::check::memory::{Access, Cause, Fault};

/// From now on faults are explained, if the user wants that; called at the first attach.
pub fn prepare() {
    if options().handle_segv {
        forward::install(on_fault);
    }
}

extern "C" fn on_fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let before = errno::read();
    // SAFETY: the kernel gave them to this handler.
    if let Some(fault) = unsafe { fault(signal, info, context) } {
        explain(&fault);
    }
    errno::write(before);
    // SAFETY: nothing is held, and they are handed on as they came.
    unsafe { forward::hand_on(signal, info, context) };
}

/// `None` for a signal that somebody has sent, and for faults of other kinds.
///
/// # Safety
/// They are what a handler was given.
unsafe fn fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) -> Option<Fault> {
    // SAFETY: the caller's promise.
    let info = unsafe { &*info };
    let kind = machine::kind(signal, info.si_code)?;
    // SAFETY: the kernel fills it for these codes.
    let address = Addr(unsafe { info.si_addr() } as usize);
    // SAFETY: the caller's promise.
    let (instruction, access) = unsafe { machine::instruction(context) };
    // SAFETY: the caller's promise.
    let caller = if access == Access::Execute { unsafe { machine::caller(context) } } else { None };
    Some(Fault { address, access, kind, instruction, caller, thread: kernel::tid() })
}

fn explain(fault: &Fault) {
    if let Some(cause) = cause(fault) {
        report::write(fault, &cause);
    }
}

/// What the tracker knows of it; nothing where this thread is inside the shim, or the tracker cannot be had.
fn cause(fault: &Fault) -> Option<Cause> {
    if boundary::is_off() {
        return None;
    }
    let _inside = thread::enter()?;
    let page = kernel::page_size();
    contain(|| TRACKER.with(|tracker| Cause::find(fault, tracker, page)).flatten()).flatten()
}
