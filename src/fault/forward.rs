//! Our handler stands before the one that was there: whatever is no business of ours, and whatever was explained, reaches
//! that one as if we were not there.
//!
//! Its functions are "C-unwind": the program's handler is called by them, and may throw, or end its thread by pthread_exit(3),
//! through their frames. These hold nothing that would have to be cleaned up then.

use super::machine;
use crate::kernel;
use libc::{SA_NODEFER, SA_ONSTACK, SA_RESETHAND, SA_RESTART, SA_SIGINFO, SIG_DFL, SIG_IGN, c_int, c_void, siginfo_t};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicUsize};

type Handler = extern "C-unwind" fn(c_int, *mut siginfo_t, *mut c_void);
type ShortHandler = extern "C-unwind" fn(c_int);

const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// The one before ours. Its mask is ours too.
struct Earlier {
    handler: AtomicUsize,
    flags: AtomicI32,
}

static EARLIER: [Earlier; 2] = [const { Earlier { handler: AtomicUsize::new(SIG_DFL), flags: AtomicI32::new(0) } }; 2];

/// A signal as a handler was given it.
#[derive(Clone, Copy)]
pub struct Signal {
    pub number: c_int,
    pub info: *mut siginfo_t,
    pub context: *mut c_void,
    /// The stack pointer when the handler was called.
    pub stack: usize,
}

/// Puts `handler` before those that are there, once.
pub fn install(handler: Handler) {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, SeqCst) {
        return;
    }
    for (signal, earlier) in SIGNALS.into_iter().zip(&EARLIER) {
        let Some(mut action) = action(signal) else { continue };
        // What is ignored stays so over an exec, and a handler does not. The kernel lets nobody ignore a fault.
        if action.sa_sigaction == SIG_IGN {
            continue;
        }
        earlier.handler.store(action.sa_sigaction, SeqCst);
        earlier.flags.store(action.sa_flags, SeqCst);
        // What the program chose for its handler holds for ours, which calls it: on the stack that it expects too.
        let stack = if action.sa_sigaction == SIG_DFL { SA_ONSTACK } else { action.sa_flags & SA_ONSTACK };
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
/// It is what a handler was given, and nothing is held that a handler must not find: it may leave by siglongjmp(3).
pub unsafe fn hand_on(signal: &Signal) {
    let Signal { number, info, context, .. } = *signal;
    let Some(earlier) = SIGNALS.into_iter().zip(&EARLIER).find(|(its, _)| *its == number).map(|(_, earlier)| earlier)
    else {
        return;
    };
    let flags = earlier.flags.load(SeqCst);
    let once = flags & SA_RESETHAND != 0;
    let handler = if once { earlier.handler.swap(SIG_DFL, SeqCst) } else { earlier.handler.load(SeqCst) };
    if handler == SIG_DFL || goes_round(signal, handler) {
        be_default(number);
        // SAFETY: the caller's promise.
        if !comes_again(unsafe { (*info).si_code }) {
            // SAFETY: the caller's promise.
            unsafe { send_again(signal) };
        }
    } else if flags & SA_SIGINFO != 0 {
        // SAFETY: the program gave this address to sigaction with SA_SIGINFO.
        let handler = unsafe { std::mem::transmute::<usize, Handler>(handler) };
        handler(number, info, context);
    } else {
        // SAFETY: the program gave this address to sigaction or signal.
        let handler = unsafe { std::mem::transmute::<usize, ShortHandler>(handler) };
        handler(number);
    }
}

/// Lets a signal end the program, whatever handlers it has: it comes once more, by itself or because it is sent.
///
/// # Safety
/// As for [`hand_on`].
pub unsafe fn end_by(signal: &Signal) {
    be_default(signal.number);
    // SAFETY: the caller's promise.
    unsafe { send_again(signal) };
}

/// Whether the instruction raises it again: not what somebody has sent, nor what the kernel tells by the way
/// (BUS_MCEERR_AO) or without an address (SI_KERNEL), as of a stack that sigreturn(2) could not restore.
const fn comes_again(code: c_int) -> bool {
    // SEGV_MAPERR, SEGV_ACCERR, SEGV_BNDERR, SEGV_PKUERR; BUS_ADRALN, BUS_ADRERR, BUS_OBJERR, BUS_MCEERR_AR.
    matches!(code, 1..=4)
}

/// It waits until the handler returns, or somebody lets it through.
///
/// # Safety
/// As for [`hand_on`].
unsafe fn send_again(signal: &Signal) {
    // SAFETY: the caller's promise.
    let _ = unsafe { kernel::signal::send_again(signal.number, signal.info) };
}

/// Whether the program's handlers call one another in a ring, ours among them: it has installed one again after ours, and
/// took ours for the one that was there before. Then nobody was there before.
#[inline(never)]
fn goes_round(signal: &Signal, earlier: usize) -> bool {
    /// Where somebody left by siglongjmp(3) one round may look like a deeper one.
    const MOST: u32 = 2;
    static CONTEXT: AtomicUsize = AtomicUsize::new(0);
    static STACK: AtomicUsize = AtomicUsize::new(0);
    static ROUNDS: AtomicU32 = AtomicU32::new(0);
    if machine::is_called_by_kernel(signal.context, signal.stack) {
        return false;
    }
    // It is the program's handler that has called us.
    if action(signal.number).is_some_and(|first| first.sa_sigaction == earlier) {
        return true;
    }
    // Each round of a longer one is made deeper in the stack, with the same context. Where two threads count at once it
    // takes a few rounds more.
    let is_same = CONTEXT.swap(signal.context as usize, Relaxed) == signal.context as usize;
    let is_deeper = signal.stack < STACK.swap(signal.stack, Relaxed);
    if !(is_same && is_deeper) {
        ROUNDS.store(0, Relaxed);
        return false;
    }
    ROUNDS.fetch_add(1, Relaxed) >= MOST
}

#[inline(never)]
fn be_default(signal: c_int) {
    let Some(mut action) = action(signal) else { return };
    action.sa_sigaction = SIG_DFL;
    action.sa_flags = 0;
    // SAFETY: the default action needs nothing.
    unsafe { libc::sigaction(signal, &raw const action, null_mut()) };
}
