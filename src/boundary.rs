//! The edge that nothing of ours may cross: whatever goes wrong inside, the program gets its plain kernel call, and one
//! line says that the checks are off.

use crate::state::options;
use crate::thread::{self, Inside};
use crate::{guard, journal, kernel, lifecycle, lsan, process, sink, site};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// Once set, every call goes straight to the kernel.
static OFF: AtomicBool = AtomicBool::new(false);
/// Whether that was said.
static SAID: AtomicBool = AtomicBool::new(false);

/// The checks may run in this thread now; `None` where they are off, or this thread is inside them already.
pub fn enter() -> Option<Inside> {
    if OFF.load(Relaxed) {
        return None;
    }
    let inside = thread::enter()?;
    contain(lifecycle::begin);
    if OFF.load(Relaxed) { None } else { Some(inside) }
}

/// From now on calls take the short way, unless somebody wants to hear all of each, the journal is to be opened by the
/// next one, or the checks are off.
pub fn open() {
    let options = options();
    let closely = options.looks_at_every_call() || options.context_size > 1;
    let closely = closely || lsan::is_there() || journal::wants_every_call();
    if closely || process::known().is_none() {
        return;
    }
    match journal::is_on() {
        false => process::get_ready(!guard::is_off()),
        true if journal::is_open() => process::get_ready_with_journal(),
        true => return,
    }
    // Somebody may have turned them off in the meantime.
    if is_off() {
        process::be_unready();
    }
}

/// Runs work of ours; a panic in it ends the checks and not the program.
#[inline(always)]
#[expect(clippy::inline_always, reason = "where nothing can panic, nothing is left of it")]
pub fn contain<T>(work: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).inspect_err(|_| turn_off()).ok()
}

/// Ends the checks without a word; allocation-free.
pub fn turn_off() {
    OFF.store(true, SeqCst);
    process::be_unready();
}

pub fn is_off() -> bool {
    OFF.load(SeqCst)
}

/// Whether a filter of system calls was there at load: it is a container's or a service manager's, and fails calls or allows
/// what any program may do.
static FILTERED_AT_LOAD: AtomicBool = AtomicBool::new(false);

/// At load.
pub fn look_for_filter() {
    FILTERED_AT_LOAD.store(kernel::seccomp::is_filtered(), Relaxed);
}

/// Whether the program has locked itself in since it was loaded: a system call that it does not make itself may end it. To be
/// asked before any that it hardly makes. Nothing is said of it, which would take such calls too.
pub fn is_locked_in() -> bool {
    if FILTERED_AT_LOAD.load(Relaxed) {
        return false;
    }
    let locked_in = LOCKED_IN.load(Relaxed) || kernel::seccomp::is_filtered();
    if locked_in {
        LOCKED_IN.store(true, Relaxed);
    }
    locked_in
}

/// Nobody comes out again, nor do the children.
static LOCKED_IN: AtomicBool = AtomicBool::new(false);

/// Ends the checks for good without a word.
pub fn end_silently() {
    SAID.store(true, Relaxed);
    turn_off();
}

/// Ends the checks and says why, once.
pub fn give_up(reason: &str) {
    turn_off();
    if !SAID.swap(true, Relaxed) {
        say_off(reason);
    }
}

/// Says it where the checks ended without a word, because there was no memory for one.
pub fn say_why_off() {
    if is_off() && !SAID.swap(true, Relaxed) {
        sink::say(b"shmsan: no memory was left; checks are off, the program goes on\n");
    }
}

/// Says in one line that the checks are off; `reason` is all that is known.
fn say_off(reason: &str) {
    let line = format!("=={}==shmsan: {reason}; checks are off, the program goes on\n", kernel::pid());
    sink::say(line.as_bytes());
}

/// In the place of Rust's own words on a panic, which would go to whatever is behind descriptor 2.
pub fn take_over_panics() {
    panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        if site::is_reading_here() {
            return;
        }
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        let words = panic.payload_as_str().unwrap_or("no words");
        give_up(&format!("internal error{}: {words}", place.unwrap_or_default()));
    }));
}
