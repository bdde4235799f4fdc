//! Our handler stands before the one that was there: whatever is no business of ours, and whatever was explained, reaches
//! that one as if we were not there.

use crate::kernel;
use libc::{SA_NODEFER, SA_ONSTACK, SA_RESETHAND, SA_RESTART, SA_SIGINFO, SIG_DFL, SIG_IGN, c_int, c_void, siginfo_t};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize};

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);
type ShortHandler = extern "C" fn(c_int);

const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// The one before ours. Its mask is ours too.
struct Earlier {
    handler: AtomicUsize,
    flags: AtomicI32,
}

static EARLIER: [Earlier; 2] = [const { Earlier { handler: AtomicUsize::new(SIG_DFL), flags: AtomicI32::new(0) } }; 2];

/// Puts `handler` before those that are there, once.
pub fn install(handler: Handler) {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, SeqCst) {
        return;
    }
    for (signal, earlier) in SIGNALS.into_iter().zip(&EARLIER) {
        let Some(mut action) = action(signal) else { continue };
        earlier.handler.store(action.sa_sigaction, SeqCst);
        earlier.flags.store(action.sa_flags, SeqCst);
        // What the program chose for its handler holds for ours, which calls it: on the stack that it expects too.
        let is_own = !matches!(action.sa_sigaction, SIG_DFL | SIG_IGN);
        let stack = if is_own { action.sa_flags & SA_ONSTACK } else { SA_ONSTACK };
        action.sa_flags = SA_SIGINFO | stack | action.sa_flags & (SA_NODEFER | SA_RESTART);
        action.sa_sigaction = handler as usize;
        // SAFETY: a handler that may run at any time.
        unsafe { libc::sigaction(signal, &raw const action, null_mut()) };
    }
}

fn action(signal: c_int) -> Option<libc::sigaction> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: it fills our struct.
    let asked = unsafe { libc::sigaction(signal, null(), action.as_mut_ptr()) };
    // SAFETY: all zeroes are a good sigaction, and it was filled.
    (asked == 0).then(|| unsafe { action.assume_init() })
}

/// Hands a signal on. A fault comes again when we return, and takes its course: the status and the core are the program's.
///
/// # Safety
/// They are what a handler was given, and nothing is held that a handler must not find: it may leave by siglongjmp(3).
pub unsafe fn hand_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(earlier) = SIGNALS.into_iter().zip(&EARLIER).find(|(its, _)| *its == signal).map(|(_, earlier)| earlier)
    else {
        return;
    };
    let flags = earlier.flags.load(SeqCst);
    let handler =
        if flags & SA_RESETHAND == 0 { earlier.handler.load(SeqCst) } else { earlier.handler.swap(SIG_DFL, SeqCst) };
    // SAFETY: the caller's promise.
    let was_sent = unsafe { (*info).si_code } <= 0;
    match handler {
        // The kernel lets nobody ignore a fault.
        SIG_IGN if was_sent => {}
        SIG_DFL | SIG_IGN => {
            be_default(signal);
            if was_sent {
                // It waits until we return.
                // SAFETY: the caller's promise.
                let _ = unsafe { kernel::signal::send_again(signal, info) };
            }
        }
        handler if flags & SA_SIGINFO != 0 => {
            // SAFETY: the program gave this address to sigaction with SA_SIGINFO.
            let handler = unsafe { std::mem::transmute::<usize, Handler>(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: the program gave this address to sigaction or signal.
            let handler = unsafe { std::mem::transmute::<usize, ShortHandler>(handler) };
            handler(signal);
        }
    }
}

fn be_default(signal: c_int) {
    let Some(mut action) = action(signal) else { return };
    action.sa_sigaction = SIG_DFL;
    action.sa_flags = 0;
    // SAFETY: the default action needs nothing.
    unsafe { libc::sigaction(signal, &raw const action, null_mut()) };
}
