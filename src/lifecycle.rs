//! Load, first call, fork and exit: when the shim wakes up, how it survives a fork, and why what it says at the end is
//! said last of all.

use crate::boundary::{self, contain};
use crate::kernel::child;
use crate::lock::{self, RawLock};
use crate::state::{self, Settings, TRACKER, options};
use crate::{
    alloc, announce, facts, guard, journal, kernel, leaks, ledger, process, sink, site, thread, unmapped, verbose,
};
use crate::{slack, suppressions, verdict};
use shmsan_core::check::exit::Moment;
use shmsan_core::check::slack::Look;
use shmsan_core::rule::Ring;
use shmsan_core::time::Time;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI32};
use std::time::Duration;

#[used]
#[unsafe(link_section = ".init_array")]
static AT_LOAD: extern "C" fn() = at_load;

#[used]
#[unsafe(link_section = ".fini_array")]
static AT_UNLOAD: extern "C" fn() = at_unload;

unsafe extern "C" {
    fn __cxa_atexit(handler: extern "C" fn(*mut c_void), argument: *mut c_void, library: *mut c_void) -> c_int;
}

extern "C" fn at_load() {
    let Some(_inside) = thread::enter() else { return };
    contain(|| {
        prepare();
        if let Some(settings) = state::given() {
            say_settings(settings);
        }
    });
}

#[cold]
fn say_settings(settings: &Settings) {
    for complaint in &settings.complaints {
        sink::complain(format!("shmsan: {complaint}\n").as_bytes());
    }
    if settings.options.help {
        sink::complain(settings.options.help().as_bytes());
    }
    suppressions::read_early();
    verbose::say_loaded();
}

/// Before each call's checks: sees the first call, and the first one in a child.
pub fn begin() {
    if process::known().is_none() {
        new_process();
    }
}

#[cold]
fn new_process() {
    prepare();
    site::prepare();
    thread::forget_id();
    let pid = kernel::pid();
    // The process that came here first, or another thread of it: only a later one can have lost a lock by a fork.
    let first = FIRST_CALLER.compare_exchange(0, pid, Relaxed, Relaxed).unwrap_or_else(|first| first);
    if first != 0 && first != pid {
        FIRST_CALLER.store(pid, Relaxed);
        sink::after_fork_in_child();
        if !locks_are_free(lock::SHORT_PATIENCE) {
            return boundary::give_up("a lock stayed taken over a fork that told nobody, as _Fork does");
        }
    }
    settle(None);
}

/// The pid of the process that made the last first call.
static FIRST_CALLER: AtomicI32 = AtomicI32::new(0);

/// What is done at load, or at a call that comes before.
fn prepare() {
    static PREPARED: AtomicBool = AtomicBool::new(false);
    if PREPARED.swap(true, Relaxed) {
        return;
    }
    boundary::take_over_panics();
    sink::remember_stderr();
    boundary::look_for_filter();
    state::look_around();
    // As early as can be: before a fork, the handlers registered first run last, and ours takes locks that a worker of
    // somebody else's handler may still need.
    // SAFETY: the handlers are functions of a library that is never unloaded.
    unsafe { libc::pthread_atfork(Some(before_fork), Some(after_fork_in_parent), Some(after_fork_in_child)) };
}

/// Who held a lock may be gone, in a child that pthread_atfork did not tell us of or after a jump: then it stays locked for ever.
/// Who may only be busy is given time.
fn locks_are_free(patience: Duration) -> bool {
    let free = locks().into_iter().all(|lock| {
        let free = lock.acquire_within(patience);
        if free {
            lock.release();
        }
        free
    });
    lock::lose_patience(!free);
    free
}

/// A thread that was inside has left by a jump and is here again. `false` where it has lost a lock on the way: then the checks
/// are off.
#[cold]
pub fn may_go_on_after_jump() -> bool {
    /// Another thread may have a lock, and look up names meanwhile.
    const PATIENCE: Duration = Duration::from_millis(100);
    let free = locks_are_free(PATIENCE);
    if !free {
        boundary::give_up("a signal handler jumped out of a call while that held a lock");
    }
    free
}

/// `forked` says when, where the fork was heard of.
fn settle(forked: Option<Time>) {
    if boundary::is_locked_in() {
        return boundary::end_silently();
    }
    let namespace = facts::ipc_namespace().unwrap_or_default();
    let settled = TRACKER.with(|tracker| {
        // Another thread may have been faster.
        if process::known().is_none() {
            tracker.become_child();
            tracker.enter_namespace(namespace);
            verdict::forget();
            thread::forget_overlooked();
            process::settle();
        }
        tracker.attachments().len() > 0
    });
    let Some(inherits) = settled else {
        return boundary::give_up("the tracker cannot be reached");
    };
    let origin = journal::forget();
    ledger::leave();
    boundary::open();
    // A worker may use what its parent has attached, and never call anything itself; what goes wrong there is looked for then.
    if inherits {
        journal::begin_as_child(origin.zip(forked).map(|(origin, time)| journal::Heritage { origin, time }));
    }
}

/// With the bits of the locks that were taken.
const HELD_OVER_FORK: u32 = 1 << 8;

/// In the order in which they may be taken inside one another.
fn locks() -> [&'static RawLock; 6] {
    [guard::quarantine::lock(), TRACKER.raw(), journal::lock(), ledger::lock(), site::lock(), alloc::lock()]
}

/// Takes every lock, so that no child inherits one in the middle of its work. The thread counts as inside the shim until
/// the fork is done: another handler's calls go straight to the kernel.
unsafe extern "C" fn before_fork() {
    // Before the locks: a writer may need memory to get done.
    sink::before_fork();
    if boundary::is_off() {
        return;
    }
    // A handler of the program forks in the middle of a call of ours: the child goes on with that call and frees them.
    let Some(inside) = thread::enter() else { return };
    let taken = locks().into_iter().enumerate().filter(|(_, lock)| lock.acquire());
    let bits = taken.fold(0, |bits, (index, _)| bits | 1 << index);
    journal::note_fork();
    inside.stay(HELD_OVER_FORK | bits);
}

unsafe extern "C" fn after_fork_in_parent() {
    release_locks();
    sink::after_fork_in_parent();
}

unsafe extern "C" fn after_fork_in_child() {
    release_locks();
    thread::forget_id();
    sink::after_fork_in_child();
    if process::is_in_use() && boundary::is_locked_in() {
        return boundary::end_silently();
    }
    process::remember_parent();
    if !process::is_in_use() {
        return;
    }
    // Only an interrupted call of ours is still inside: the next call will see that this is a child.
    if let Some(_inside) = thread::enter() {
        process::forget();
        contain(|| settle(Some(journal::forked_at())));
    }
}

/// A child of ours, of which the program does not hear: its locks are free. `None` where there can be none, or a lock cannot be
/// had within that time: in the child it would stay taken.
pub fn fork(patience: Duration) -> Option<child::Forked> {
    sink::before_fork();
    let locks = locks();
    let taken = locks.iter().take_while(|lock| lock.acquire_within(patience)).count();
    let forked = if taken == locks.len() { child::fork() } else { None };
    locks[..taken].iter().for_each(|lock| lock.release());
    match forked {
        Some(child::Forked::Child) => sink::after_fork_in_child(),
        _ => sink::after_fork_in_parent(),
    }
    forked
}

fn release_locks() {
    let Some((_inside, noted)) = thread::resume() else { return };
    for (index, lock) in locks().into_iter().enumerate() {
        if noted & 1 << index != 0 {
            lock.release();
        }
    }
}

/// Our destructor runs before those of the libraries that the program needs, and these may still remove segments. A
/// handler registered from inside it runs last of all.
extern "C" fn at_unload() {
    if process::is_in_use() || boundary::is_off() || verbose::is_wanted() {
        // SAFETY: `at_end` takes no argument into account and belongs to no library that could go.
        unsafe { __cxa_atexit(at_end, null_mut(), null_mut()) };
    }
}

extern "C" fn at_end(_: *mut c_void) {
    boundary::say_why_off();
    let Some(inside) = boundary::enter() else { return };
    contain(|| {
        slack::of_all(Look::Exit);
        if options().detect_leaks && !boundary::is_locked_in() {
            // What is left of a run is judged when all of it is over.
            if !journal::is_on() {
                leaks::report(Moment::Exit);
            }
            if options().checks.wants(Ring::Advice) {
                leaks::advise();
            }
        }
        unmapped::report();
        say_overlooked();
        announce::summary();
        suppressions::say_used();
        verbose::say_seen();
    });
    contain(ledger::end);
    journal::end();
    drop(inside);
    verdict::end();
}

/// A handler's call in the middle of another one cannot be looked at: that one may hold what it would need.
fn say_overlooked() {
    if thread::has_overlooked() {
        let line = format!(
            "=={}==shmsan: calls of a signal handler that interrupted another call were not looked at: what it made or removed \
             then is not known\n",
            kernel::pid()
        );
        sink::say(line.as_bytes());
    }
}
